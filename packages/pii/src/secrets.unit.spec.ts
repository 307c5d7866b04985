import { detect } from './detect.ts';

const alphabet = 'aB3dE5gH7jK9mN2pQ4sT6vW8xY';
const mixed = (length: number): string => alphabet.repeat(20).slice(0, length);
const hex = (length: number): string => 'a1b2c3d4e5f60718'.repeat(20).slice(0, length);
const upper = (length: number): string => 'AB3DEFGH7JKLMN2PQ4'.repeat(10).slice(0, length);
const letters = (length: number): string => 'abCdEfgHijKlmnOpqRst'.repeat(10).slice(0, length);
const digits = (length: number): string => '7193846250'.repeat(5).slice(0, length);

/** A key as the vendor documents it, and something like it that is none. Put together here, so that nobody's scanner takes them for real ones. */
const KEYS: readonly (readonly [vendor: string, key: string, none: string])[] = [
  ['AWS', `AKIA${upper(16)}`, `AKIA${upper(12)}`],
  ['AWS, temporary', `ASIA${upper(16)}`, 'ASIATIC_MARKETS'],
  ['AWS Bedrock', `ABSK${mixed(110)}`, 'ABSK'],
  ['Google, API key', `AIza${mixed(35)}`, `AIza${mixed(9)}`],
  ['Google, access token', `ya29.${mixed(60)}`, 'ya29.short'],
  ['Google, client secret', `GOCSPX-${mixed(28)}`, 'GOCSPX-short'],
  ['Azure, storage', `AccountKey=${mixed(86)}==`, 'AccountKey=none'],
  ['Azure, client secret', `abc8Q~${mixed(34)}`, 'abc8Q~short'],
  ['Azure, shared access signature', `?sig=${mixed(43)}%3D`, '?sig=short'],
  ['GitHub', `ghp_${mixed(36)}`, 'ghp_short'],
  ['GitHub, fine-grained', `github_pat_${mixed(22)}_${mixed(59)}`, 'github_pat_short'],
  ['GitLab', `glpat-${mixed(20)}`, 'glpat-short'],
  ['GitLab, runner', `glrt-${mixed(20)}`, 'glrt-short'],
  ['Slack', `xoxb-${digits(12)}-${mixed(24)}`, 'xoxb-1'],
  ['Slack, app', `xapp-1-${upper(11)}-${digits(13)}-${hex(64)}`, 'xapp-1-A'],
  ['Slack, hook', `hooks.slack.com/services/T${upper(8)}/B${upper(8)}/${mixed(24)}`, 'hooks.slack.com/docs'],
  ['Discord, hook', `discord.com/api/webhooks/${digits(18)}/${mixed(68)}`, 'discord.com/api/webhooks/1'],
  ['Stripe', `sk_live_${mixed(24)}`, 'sk_live_short'],
  ['Stripe, restricted', `rk_test_${mixed(24)}`, 'rk_test_short'],
  ['Stripe, hook', `whsec_${mixed(32)}`, 'whsec_short'],
  ['OpenAI', `sk-proj-${mixed(48)}`, 'sk-proj-my-little-project'],
  ['Anthropic', `sk-ant-api03-${mixed(90)}`, 'sk-ant-no'],
  ['npm', `npm_${mixed(36)}`, 'npm_config_cache'],
  ['PyPI', `pypi-AgEIcHlwaS5vcmc${mixed(60)}`, 'pypi-simple'],
  ['RubyGems', `rubygems_${hex(48)}`, 'rubygems_mirror'],
  ['crates.io', `cio${mixed(32)}`, 'ciosomething'],
  ['Docker', `dckr_pat_${mixed(27)}`, 'dckr_pat_no'],
  ['Terraform Cloud', `${mixed(14)}.atlasv1.${mixed(67)}`, 'x.atlasv1.y'],
  ['SendGrid', `SG.${mixed(22)}.${mixed(43)}`, 'SG.one.two'],
  ['Mailgun', `key-${hex(32)}`, 'key-abcdef'],
  ['Mailchimp', `${hex(32)}-us12`, 'abc-us12'],
  ['Brevo', `xkeysib-${hex(64)}-${mixed(16)}`, 'xkeysib-1'],
  ['Postman', `PMAK-${hex(24)}-${hex(34)}`, 'PMAK-1'],
  ['Twilio', `SK${hex(32)}`, 'SKabc'],
  ['Telegram', `${digits(10)}:AA${mixed(33)}`, '12345678:ABC'],
  ['Hugging Face', `hf_${letters(34)}`, 'hf_hub_download'],
  ['Replicate', `r8_${mixed(37)}`, 'r8_short'],
  ['Groq', `gsk_${mixed(52)}`, 'gsk_short'],
  ['DigitalOcean', `dop_v1_${hex(64)}`, 'dop_v1_no'],
  ['Shopify', `shpat_${hex(32)}`, 'shpat_no'],
  ['Square', `sq0atp-${mixed(22)}`, 'sq0atp-no'],
  ['Databricks', `dapi${hex(32)}`, 'dapine'],
  ['Linear', `lin_api_${mixed(40)}`, 'lin_api_no'],
  ['Notion', `ntn_${mixed(46)}`, 'ntn_no'],
  ['Figma', `figd_${mixed(40)}`, 'figd_no'],
  ['Atlassian', `ATATT3${mixed(186)}`, 'ATATT3'],
  ['Grafana', `glsa_${mixed(32)}_${hex(8)}`, 'glsa_no'],
  ['New Relic', `NRAK-${upper(27)}`, 'NRAK-NO'],
  ['Sentry', `sntryu_${hex(64)}`, 'sntryu_no'],
  ['Vault', `hvs.${mixed(90)}`, 'hvs.no'],
  ['Supabase', `sbp_${hex(40)}`, 'sbp_no'],
  ['PlanetScale', `pscale_tkn_${mixed(43)}`, 'pscale_tkn_no'],
  ['Airtable', `pat${mixed(14)}.${hex(64)}`, 'pattern.matching'],
  ['age', `AGE-SECRET-KEY-1${upper(58)}`, 'AGE-SECRET-KEY-1'],
  ['JSON Web Token', `eyJ${mixed(33)}.eyJ${mixed(50)}.${mixed(43)}`, 'eyJhbGci.no'],
  [
    'a private key',
    `-----BEGIN OPENSSH PRIVATE KEY-----\n${mixed(64)}\n-----END OPENSSH PRIVATE KEY-----`,
    '-----BEGIN PUBLIC KEY-----',
  ],
  ['an Authorization header', `Bearer ${mixed(40)}`, 'Bearer of good news everybody'],
  ['a PuTTY key', `Private-Lines: 1\n${mixed(64)}`, 'Private-Lines: none'],
];

const ASSIGNED: readonly (readonly [text: string, value: string])[] = [
  ['password: hunter2hunter2', 'hunter2hunter2'],
  ['my password is hunter2hunter2, please', 'hunter2hunter2'],
  ['Das Passwort lautet Sommer2026xy', 'Sommer2026xy'],
  ['DB_PASSWORD="tr0ub4dor&3"', 'tr0ub4dor&3'],
  ['password: Tr0ub4dor&3, please', 'Tr0ub4dor&3'],
  ['https://x.example/in?password=abc123xy&next=1', 'abc123xy'],
  ['my password is hunter2.', 'hunter2'],
  ['password: letmein', 'letmein'],
  ['apiKey: 9f8e7d6c5b4a', '9f8e7d6c5b4a'],
  ['mot de passe : azerty99', 'azerty99'],
  ['mi contraseña es gato2024', 'gato2024'],
  ['a senha é gato2024', 'gato2024'],
  ['La password è gatto2024', 'gatto2024'],
  ['hasło: kotek2024', 'kotek2024'],
  ['şifrem: kedi2024', 'kedi2024'],
  ['wachtwoord is poes2024', 'poes2024'],
  ['пароль: secret123', 'secret123'],
  ['пароль — secret123', 'secret123'],
  ['密码：abc12345', 'abc12345'],
  ['密码是abc12345', 'abc12345'],
  ['パスワードは abc12345', 'abc12345'],
  ['비밀번호는 abc12345', 'abc12345'],
  ['كلمة المرور: abc12345', 'abc12345'],
  ['पासवर्ड: abc12345', 'abc12345'],
  [`encryption_key = '${letters(32)}'`, letters(32)],
  ['client_secret=>9f8e7d6c5b4a', '9f8e7d6c5b4a'],
];

const secretsIn = (text: string): string[] =>
  detect(text)
    .filter(({ type }) => type === 'SECRET')
    .map(({ start, end }) => text.slice(start, end));

describe('keys of vendors', () => {
  it.each(KEYS)('%s', (_vendor, key, none) => {
    expect(secretsIn(`He wrote ${key} into the chat`).join()).toContain(key);
    expect(secretsIn(`He wrote ${none} into the chat`)).toEqual([]);
  });

  it.each([
    'postgres://app:s3cret@10.0.0.5:5432/db',
    'mongodb+srv://root:pa55word@cluster0.example.mongodb.net/x',
    'redis://:p4ssw0rd@cache.example:6379',
    'amqp://guest:guest1@mq.example',
  ])('a database’s address with credentials: %s', (url) => {
    expect(detect(`connects to ${url} today`)).toMatchObject([{ type: 'URL_CREDENTIALS' }]);
    expect(detect('connects to postgres://db.example:5432/db today')).toEqual([]);
  });
});

describe('what is assigned to something that is called a secret', () => {
  it.each(ASSIGNED)('%s', (text, value) => {
    expect(secretsIn(text)).toEqual([value]);
  });

  it.each([
    'the password is incorrect',
    'token: unavailable',
    'secret = getSecret()',
    'my password is [SECRET_123]',
    'api_key: <your-key-here>',
    'What is the secret: patience',
    'private key: see-the-handbook',
    // Code
    'password = hash_md5(pwd)',
    'secret = base64.b64encode(raw)',
    'secret: process.env.SECRET_V2',
    "tokenizationId: 'f865288c97ca4913887373728b8dfc4c'",
    'token = parser.next_token2',
    'token == "value_12"',
    'token_count = 12345678',
    'api_key: ${{ secrets.API_KEY_2 }}',
    'exports.fromLoginCredentials = fromLoginCredentials;',
    'const TOKEN = "x-aws-ec2-metadata-token";',
    'password: required',
    'the password is base64-encoded',
    'postgres://user:password@localhost:5432/db',
  ])('nothing in %j', (text) => {
    expect(detect(text)).toEqual([]);
  });
});
