import { matches, type Rule, type Span } from './types.ts';

export const MAILS: readonly Rule[] = [
  { type: 'EMAIL', hint: /@/, find: mails },
  // jo [at] example [dot] org, jo at example dot org, jo @ example . org
  {
    type: 'EMAIL',
    hint: /[[({ ](?:at|@)[\])} ]/i,
    find: matches(
      /(?<![\w.-])[\w.+-]{1,40} ?(?:[[({] ?(?:at|@) ?[\])}] ?[\w-]{1,40}(?: ?(?:[[({] ?(?:dot|\.) ?[\])}]|\bdot\b|\.) ?[\w-]{2,20}){1,3}|(?<= )(?:at|@) [\w-]{1,40}(?: (?:dot|\.) [a-z]{2,12}){0,2} (?:dot|\.) (?:com|org|net|edu|gov|info|biz|io|ai|app|dev|co|uk|us|ca|au|nz|ie|de|at|ch|fr|be|nl|es|pt|it|pl|cz|se|no|dk|fi|eu|in|jp|cn|br|mx|ru))\b/gi,
      () => true,
      () => true,
    ),
  },
];

/** What ends so is a file: `logo@2x.png`. */
const FILE =
  /\.(?:png|jpe?g|gif|webp|svg|ico|bmp|tiff?|avif|heic|pdf|html?|css|scss|js|mjs|cjs|jsx|tsx?|json|ya?ml|toml|xml|csv|txt|lock|map|zip|gz|tgz|tar|whl|jar|so|dll|exe|mp[34]|wav|woff2?|ttf)$/i;
/** Of a repository, not of a person: `git@host:owner/name`. */
const REPOSITORY = /^(?:git|hg|svn)$/i;

/** Looked for from the at sign, backwards and forwards, because nearly every letter could start one. */
function* mails(text: string): Generator<Span> {
  const address =
    /@(?<=([\p{L}\p{N}._%+'-]{1,64})@)((?:[\p{L}\p{N}][\p{L}\p{N}-]{0,62}\.){1,6}\p{L}{2,24})(?![\p{L}\p{N}-])/gu;
  for (const match of text.matchAll(address)) {
    const [whole, local = '', host = ''] = match;
    const name = local.replace(/^[.%+'-]+/, '');
    if (name === '' || /[.%'-]$/.test(name) || FILE.test(host) || REPOSITORY.test(name)) continue;
    yield [match.index - name.length, match.index + whole.length];
  }
}
