import { isIpV4, isIpV6 } from './checks.ts';
import { createLexicon, wordsBefore } from './context.ts';
import { matches, type Accept, type Rule } from './types.ts';
import { vocabulary } from './vocabulary.ts';

export const URL_CREDENTIALS: Rule = {
  type: 'URL_CREDENTIALS',
  hint: /:\/\/[^\s/]{1,300}@/,
  find: matches(
    /(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{1,20}:\/\/(?:[^\s/@:]{0,100}:[^\s/@]{1,200}|[^\s/@:]{16,200})@[^\s"'<>]{1,500}/gi,
  ),
};

/** Four numbers behind these are a machine's address. */
const NETWORK = vocabulary(
  `ip ips ipv address addr addresses host hosts hostname server client from ping subnet gateway dns network netmask router proxy vpn ssh
  connect connects connected connecting login remote peer src dst source destination node endpoint listening bind nameserver firewall http
  https curl telnet forwarded localhost machine device blocked banned adresse adres adresa dirección indirizzo endereço адрес адреса`,
  '',
  '地址 アドレス 주소 عنوان',
);
/** Behind these they are a version, or a place in a document. */
const VERSION = vocabulary(
  `version versions v ver release rel rev build firmware update updated upgrade upgraded downgrade downgraded bump bumped section sections sec
  chapter clause paragraph para article rule figure fig table step appendix annex version versión versione versão wersja sürüm versie abschnitt
  kapitel chapitre artikel sección capítulo versiunea`,
  'верси глав раздел пункт',
  '版本 バージョン 버전 章 节',
);
const kindOf = createLexicon([
  ['network', NETWORK],
  ['version', VERSION],
]);
const NEAR = 3;
const MAX_WORDS = 7;
/** An address of which all four numbers are smaller could as well be a version. */
const LARGE = 64;

export const ADDRESSES: readonly Rule[] = [
  {
    type: 'IP',
    needs: 'digits',
    hint: /\d\.\d/,
    find: matches(
      /(?<![\w.§])(?:\d{1,3}\.){3}\d{1,3}(?!\w|\.\d|-[a-z\d])/g,
      (match, text, start) =>
        isIpV4(match) &&
        (isOfNetwork(match, text, start) || (isLarge(match) && kindBefore(match, text, start) !== 'version')),
      (match, text, start) => !isOfNetwork(match, text, start),
    ),
  },
  {
    type: 'IP',
    needs: 'digits',
    hint: /:[0-9a-f]{0,4}:/i,
    find: matches(/(?<![\w:.])[0-9a-f:]{4,39}(?<!:)(?![\w:])/gi, isIpV6),
  },
];

const isLarge = (address: string): boolean => address.split('.').some((part) => Number(part) >= LARGE);

/** Said to be one, in an address of the web, or with a port or a mask. */
const isOfNetwork: Accept = (match, text, start) =>
  kindBefore(match, text, start) === 'network' ||
  /(?:\/\/|@)$/.test(text.slice(Math.max(0, start - 2), start)) ||
  /^(?::\d{2,5}|\/\d{1,2})(?![\w.])/.test(text.slice(start + match.length, start + match.length + 8));

function kindBefore(_match: string, text: string, start: number): 'network' | 'version' | undefined {
  let words = 0;
  for (const { word } of wordsBefore(text, start)) {
    words += 1;
    const kind = kindOf(word);
    if (words > MAX_WORDS) break;
    if (kind === 'network' || (kind === 'version' && words <= NEAR)) return kind;
  }
  return undefined;
}

/** That nobody takes for the end of a file's name or of a sentence. */
const TLD =
  'com|org|net|edu|gov|mil|info|biz|io|dev|app|ai|co|tech|online|site|store|shop|xyz|blog|club|news|agency|eu|uk|de|fr|es|nl|pl|cz|ru|ua|ch|se|dk|fi|pt|gr|hu|ro|ie|jp|cn|kr|tw|hk|au|nz|ca|mx|br|ar|cl|za|tr|il';

/** Those that carry no credentials: an address of the web says little about a person by itself. */
export const URLS: Rule = {
  type: 'URL',
  hint: new RegExp(`://|www\\.|\\.(?:${TLD})(?![\\w-])`, 'i'),
  find: function* (text) {
    yield* matches(/\b(?:https?:\/\/|ftp:\/\/|www\.)[\p{L}\p{N}][^\s"'<>()]{2,500}(?<![.,;:!?])/giu)(text);
    yield* hosts(text);
  },
};
/** Without a scheme: the name alone, or with a path. */
export const HOST = new RegExp(
  `(?<![\\p{L}\\p{N}@._/\\\\$-])(?:[a-z0-9][a-z0-9-]{0,62}\\.){1,4}(?:${TLD})(?![\\p{L}\\p{N}_(=@-]|\\.[\\p{L}\\p{N}])(?:/[^\\s"'<>()]{0,300}(?<![.,;:!?]))?`,
  'giu',
);
const hosts = matches(HOST);
