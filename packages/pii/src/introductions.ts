import { allMatches } from './matching.ts';
import type { Candidate } from './types.ts';
import { CERTAIN } from './evidence.ts';

/*
 * Names in scripts whose words no list knows here: who says "my name is" in the languages that use them says a name.
 * Of what stands behind, as much as a name has; what is no name there (我叫他来: I asked him to come) is left.
 */

/** The hundred surnames that nearly all names in Chinese begin with, and those of two characters. */
const HAN_SURNAMES =
  '王李张張刘劉陈陳杨楊赵趙黄黃周吴吳徐孙孫胡朱高林何郭马馬罗羅梁宋郑鄭谢謝韩韓唐冯馮于董萧蕭程曹袁邓鄧许許傅沈曾彭吕呂苏蘇卢盧蒋蔣蔡贾賈丁魏薛叶葉阎余潘杜戴夏钟鐘汪田任姜范方石姚谭譚廖邹鄒熊金陆陸郝孔白崔康毛邱秦江史顾顧侯邵孟龙龍万萬段雷钱錢汤湯尹黎易常武乔喬贺賀赖賴龚龔文';
const HAN_NAME = `(?:欧阳|歐陽|司马|司馬|上官|诸葛|諸葛|[${HAN_SURNAMES}])[\\p{Script=Han}]{1,2}?(?=$|[^\\p{Script=Han}]|[今是在来的和住有我你很想要说，]|先生|女士|小姐|同学)`;
const KANA_OR_HAN = '[\\p{Script=Han}\\p{Script=Katakana}\\p{Script=Hiragana}々ー・ ]{2,12}?';
const HANGUL_NAME =
  '[김이박최정강조윤장임한오서신권황안송류홍전고문양손배백허유남심노하곽성차주우구민진지엄채원천방공][가-힣]{1,3}?';
const capital = (script: string): string =>
  `(?:\\p{Lu}[\\p{Script=${script}}'’-]{1,20})(?: \\p{Lu}[\\p{Script=${script}}'’-]{1,20}){0,2}`;
const SPACED = (script: string): string => `[\\p{Script=${script}}]{2,15}(?: [\\p{Script=${script}}]{2,15})?`;

export const INTRODUCTIONS: readonly RegExp[] = [
  `(?:我叫|我名叫|我的名字是|我的名字叫|名字叫|姓名[:：] ?|[Nn]ame: ?|本人)(${HAN_NAME})`,
  `(?:名前は|氏名(?:は|[:：]) ?)(${KANA_OR_HAN})(?=です|でございます|と申|とい|と言|[。、\\n]|$)`,
  `(?:私は|わたしは|僕は)(${KANA_OR_HAN})(?=と申|といい|と言い)`,
  `(?:이름은|성함은|이름[:：]|성명[:：]) ?(${HANGUL_NAME})(?=입니다|이에요|예요|이고|이라|라고|[ .,\\n]|$)`,
  `(?:저는|나는) (${HANGUL_NAME})(?=이라고|라고)`,
  `(?<!\\p{L})(?:[Мм]еня зовут|[Мм]о[её] имя|[Мм]ене звати|[Мм]оє ім['’]я|[Ии]мя:|ФИО:|[Яя] —|[Гг]осподин|[Гг]оспожа) (${capital('Cyrillic')})`,
  `(?<!\\p{L})(?:[Μμ]ε λένε|[Οο]νομάζομαι|[Λλ]έγομαι|όνομά μου είναι|[Όό]νομα:|[Κκ]ύριος|[Κκ]υρία) (${capital('Greek')})`,
  `(?<!\\p{L})(?:اسمي(?: هو)?|إسمي|الاسم:|السيد|السيدة|نام من|اسم من|میرا نام) (${SPACED('Arabic')})`,
  `(?:मेरा नाम|मरा नाम|नाम:|आमार नाम) (${SPACED('Devanagari')}?)(?= (?:है|ह)(?!\\p{L})|[।,.\\n]|$)`,
].map(
  (source) =>
    new RegExp(source.normalize('NFC').replace(/[\u0300-\u036f\u093a-\u094f\u0900-\u0903]/g, ''), 'gu'),
);

const OTHER_SCRIPT = /[\u0370-\u1fff\u3040-\ud7af]/;

export function* introduced(text: string): Generator<Candidate> {
  if (!OTHER_SCRIPT.test(text)) return;
  for (const pattern of INTRODUCTIONS)
    for (const match of allMatches(pattern, text)) {
      const name = match[1] ?? '';
      const end = match.index + match[0].length;
      yield [end - name.length, end, CERTAIN];
    }
}
