import { isIpV4, isIpV6, octetPoints } from './checks.ts';
import { CERTAIN, FOUND, NEVER, saidBefore } from './evidence.ts';
import { allMatches, matches } from './matching.ts';
import type { Candidate, Rule } from './types.ts';

/** Without those that name a place to put the credentials in. */
export const URL_CREDENTIALS: Rule = {
  type: 'URL_CREDENTIALS',
  hint: /:\/\/[^\s/]{1,300}@/,
  find: matches(
    /(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{1,20}:\/\/(?:[^\s/@:]{0,100}:[^\s/@]{1,200}|[^\s/@:]{16,200})@[^\s"'<>]{1,500}/gi,
    (match) =>
      !/^[^@]*:(?:[$<{%[]|\*{2,}|(?:x{3,}|(?:some|my)?pass(?:word|wd)?|pwd|secret|changeme)@)/i.test(
        match.slice(match.indexOf('://') + 3),
      ),
  ),
};

export const ADDRESS_RULES: readonly Rule[] = [
  {
    type: 'EMAIL',
    hint: /@/,
    find: emails,
  },
  // jo [at] example [dot] org, jo at example dot org, jo @ example . org
  {
    type: 'EMAIL',
    hint: /[[({ ](?:at|@)[\])} ]/i,
    find: matches(
      /(?<![\w.-])[\w.+-]{1,40} ?(?:[[({] ?(?:at|@) ?[\])}] ?[\w-]{1,40}(?: ?(?:[[({] ?(?:dot|\.) ?[\])}]|\bdot\b|\.) ?[\w-]{2,20}){1,3}|(?<= )(?:at|@) [\w-]{1,40}(?: (?:dot|\.) [a-z]{2,12}){0,2} (?:dot|\.) (?:com|org|net|edu|gov|info|biz|io|ai|app|dev|co|uk|us|ca|au|nz|ie|de|at|ch|fr|be|nl|es|pt|it|pl|cz|se|no|dk|fi|eu|in|jp|cn|br|mx|ru))\b/gi,
      undefined,
      FOUND,
    ),
  },
];

export const IP_RULES: readonly Rule[] = [
  {
    type: 'IP',
    hint: /\d\.\d{1,3}\.\d/,
    find: ipV4s,
  },
  {
    type: 'IP',
    hint: /:[0-9a-f]{0,4}:/i,
    find: matches(/(?<![\w:.])[0-9a-f:]{4,39}(?<!:)(?![\w:])/gi, isIpV6),
  },
];

/** Those that carry no credentials: an address of the web says little about a person by itself. */
export const URLS: readonly Rule[] = [
  {
    type: 'URL',
    hint: /:\/\/|www\./i,
    find: matches(/\b(?:https?:\/\/|ftp:\/\/|www\.)[\p{L}\p{N}][^\s"'<>()]{2,500}(?<![.,;:!?])/giu),
  },
  // A name of a host alone, in a domain that is no ending of a file.
  {
    type: 'URL',
    hint: /[a-z0-9]\.[a-z]{2}/i,
    find: matches(
      /(?<![\w@./-])(?:[a-z0-9][a-z0-9-]{0,62}\.){1,4}(?:com|org|net|edu|gov|info|biz|io|ai|app|dev|eu|uk|us|ca|au|nz|ie|de|at|ch|fr|be|nl|es|pt|it|cz|se|dk|fi|jp|cn|br|mx|ru)(?![\w@(-]|\.[a-z\d])/g,
    ),
  },
];

/** What stands behind an at sign and ends like a file, or is not asked by people. */
const FILE =
  /\.(?:png|jpe?g|gif|svg|webp|avif|ico|bmp|css|scss|less|m?js|cjs|tsx?|jsx|json|html?|xml|ya?ml|txt|pdf|zip|gz|tar|woff2?|map)$/i;
const PROGRAM = /^(?:git|hg|svn)$/;

/** Looked for from the at sign, backwards and forwards, because nearly every letter could start one. */
const ADDRESS =
  /@(?<=([\p{L}\p{N}._%+'-]{1,64})@)(?:[\p{L}\p{N}][\p{L}\p{N}-]{0,62}\.){1,6}\p{L}{2,24}(?![\p{L}\p{N}-])/gu;

function* emails(text: string): Generator<Candidate> {
  for (const match of allMatches(ADDRESS, text)) {
    const local = match[1] ?? '';
    const name = local.replace(/^[.%+'-]+/, '');
    if (name === '' || /[.%'-]$/.test(name) || FILE.test(match[0]) || PROGRAM.test(name)) continue;
    yield [match.index - name.length, match.index + match[0].length, CERTAIN];
  }
}

const OCTETS = /(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?!\w|\.\d)/g;

function* ipV4s(text: string): Generator<Candidate> {
  for (const match of allMatches(OCTETS, text)) {
    if (!isIpV4(match[0])) continue;
    const { meaning, direct } = saidBefore(text, match.index);
    const said = meaning === 'network' ? 2 : meaning === 'version' ? (direct ? NEVER : -1) : 0;
    yield [match.index, match.index + match[0].length, octetPoints(match[0]) + said];
  }
}
