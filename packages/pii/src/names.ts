import { readFileSync } from 'node:fs';
import { allMatches } from './matching.ts';

/** What a word may be, as bits: `data/names.txt` has a row for each word that is a name somewhere. */
export const GIVEN = 1;
export const SURNAME = 2;
/** Also an English word: Will, Grace, Young. */
export const WORD = 4;
/** Also a place: Paris, Jordan. */
export const PLACE = 8;

const NAME = /(?<![\p{N}_@])\p{L}[\p{L}\p{M}]*(?:['’-]\p{L}[\p{L}\p{M}]*)*/gu;
const STEM = /[\p{N}_@]/u;

/** The words of a text that are no part of an identifier, an address of mail or a host; without the `’s` of an owner. */
export function* nameWords(text: string): Generator<{ readonly start: number; readonly word: string }> {
  for (const match of allMatches(NAME, text)) {
    const end = match.index + match[0].length;
    if (!STEM.test(text.charAt(end))) yield { start: match.index, word: match[0].replace(/['’]s$/i, '') };
  }
}

let names: ReadonlyMap<string, number> | undefined;

/** 0 for what is no known name. The list is read when it is first needed. */
export function nameBits(lowerCase: string): number {
  names ??= readNames();
  return names.get(lowerCase.replaceAll('’', "'")) ?? 0;
}

function readNames(): ReadonlyMap<string, number> {
  const file = readFileSync(new URL('../data/names.txt', import.meta.url), 'utf8');
  return new Map(
    file
      .trimEnd()
      .split('\n')
      .map((row) => {
        const gap = row.indexOf(' ');
        return [row.slice(0, gap), Number(row.slice(gap + 1))] as const;
      }),
  );
}

const words = (list: string): ReadonlySet<string> => new Set(list.split(/\s+/));

export const TITLES = words(
  'mr mrs ms miss mister dr doctor prof professor sir madam herr frau señor señora monsieur madame mme signor signora sr sra',
);
/** They stand inside a name: Ludwig van Beethoven. */
export const PARTICLES = words('van von der den de di da del della dos du la le el al bin ibn ter ten zu st');
/** What makes an organisation of the name before it. */
export const ORGANISATION = words(
  'ltd inc llc corp corporation company co gmbh ag plc group bank university institute foundation association network networks solutions systems services partners labs technologies software magazine records department agency council census consulting weekly times airlines airways symphony orchestra festival practitioner',
);
/** What makes an address of the name before it. */
export const STREET = words(
  'street st road rd lane ln avenue ave drive dr boulevard blvd way court ct square sq place pl plaza terrace parkway highway alley close crescent hill island islands city county town village river lake mountain airport station hotel park bridge beach apt suite po box strasse straße weg stadium depot field centre center theatre theater museum restaurant school hospital church forest valley',
);
/** Written with a capital at the start of a sentence, or always, and no part of a name there. */
export const NOT_NAMES = words(
  `a about after again all also although always am an and another any are as at be because been before being both bot but by can could customer did do does don each else even
  every everyone excuse few first for from get give go good had has have he hello help her here hey hi him his how however i if in instead into is it its just last later
  let like look many may maybe me meet more most mr much must my name need never new next no nobody not nothing now of off oh ok okay on once one only or other our out over per
  perhaps please return said same says see she should since so some somebody someone something such sure tell thank thanks that the their them then there these they this those though
  through thus to today tomorrow too under until up upon us user very was we well were what when where which while who whose why will with without would yes yesterday yet you your
  monday tuesday wednesday thursday friday saturday sunday january february march april june july august september october november december
  english greek latin arabic dutch turkish polish portuguese korean swedish danish norwegian finnish indian hindi hebrew roman french german spanish italian american british european russian chinese japanese account address agent answer iban ssn pin ip url nan api id san santa las los saint ive til bora viva amount app apple android assistant atm bank balance bill billing
  card cash cheque client credit date day dear debit delivery email exchange fee fees follow google incorrect mastercard message money number order paypal payment phone pin refund
  reference shipping statement subject system team top transfer unlike update usd visa volume western union written december date pedestrians`,
);
