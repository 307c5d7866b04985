import { CERTAIN } from './evidence.ts';
import { matches } from './matching.ts';
import { isRandom } from './randomness.ts';
import type { Candidate, Rule } from './types.ts';

const secret = (hint: RegExp, pattern: RegExp, accept?: (match: string) => boolean): Rule => ({
  type: 'SECRET',
  hint,
  find: matches(pattern, accept),
});

/** Of the shapes that the vendors document. A hint is what makes the vendor's keys recognisable; most texts have none. */
export const VENDOR_SECRETS: readonly Rule[] = [
  { type: 'SECRET', hint: /-----BEGIN/, find: privateKeys },
  // JSON Web Token, signed or encrypted
  secret(
    /eyJ/,
    /(?<![\w-])eyJ[A-Za-z0-9_-]{8,4000}\.(?:eyJ)?[A-Za-z0-9_-]{8,4000}\.[A-Za-z0-9_-]{4,4000}(?:\.[A-Za-z0-9_-]{4,4000}){0,2}/g,
  ),
  // AWS: access key ids; Bedrock
  secret(
    /A(?:KIA|SIA|BIA|CCA)[A-Z2-7]|ABSK/,
    /\b(?:A(?:KIA|SIA|BIA|CCA)[0-9A-Z]{16}|ABSK[A-Za-z0-9+/]{40,269}={0,2})(?![A-Za-z0-9+/])/g,
  ),
  // GitHub
  secret(
    /gh[pousr]_|github_pat_/,
    /\b(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{22,255})(?!\w)/g,
  ),
  // GitLab: personal, deploy, runner, job, feed, agent, trigger, application, SCIM, incoming mail, feature flags
  secret(
    /gl(?:pat|dt|rt|cbt|ft|agent|ptt|oas|soat|imt|ffct)-/,
    /\bgl(?:pat|dt|rt|cbt|ft|agent|ptt|oas|soat|imt|ffct)-[A-Za-z0-9_.=-]{20,300}/g,
  ),
  // Slack: tokens, app tokens, hooks
  secret(
    /xox|xapp-|hooks\.slack/,
    /\b(?:xox[abcdeoprs]-[A-Za-z0-9-]{10,250}|xapp-\d-[A-Z0-9]{8,20}-\d{8,20}-[a-f0-9]{32,80})(?!\w)|\bhooks\.slack\.com\/(?:services|workflows|triggers)\/[A-Za-z0-9+/]{20,100}/g,
  ),
  // Discord and Teams hooks
  secret(
    /\/webhooks?\/|webhookb2/,
    /\bdiscord(?:app)?\.com\/api\/webhooks\/\d{17,20}\/[A-Za-z0-9_-]{60,80}|\b[a-z0-9]{1,60}\.webhook\.office\.com\/webhookb2\/[A-Za-z0-9@/-]{80,250}/gi,
  ),
  // OpenAI, Anthropic, Stripe, OpenRouter, DeepSeek and who else writes sk-
  secret(
    /[sr]k[-_]/,
    /(?<![\w-])(?:sk|rk)[-_](?:live_|test_|proj-|ant-|svcacct-|admin-|or-)?[A-Za-z0-9_-]{16,250}(?![\w-])/g,
    hasDigit,
  ),
  secret(/whsec_|pk_live_/, /\b(?:whsec_[A-Za-z0-9+/=]{20,200}|pk_live_[A-Za-z0-9]{20,120})/g),
  // Google: API keys, OAuth tokens, client secrets, refresh tokens
  secret(
    /AIza|ya29\.|GOCSPX-/,
    /\b(?:AIza[0-9A-Za-z_-]{35}|ya29\.[0-9A-Za-z_-]{20,400}|GOCSPX-[0-9A-Za-z_-]{28})(?![\w-])/g,
  ),
  // Azure: storage and service-bus keys, client secrets, shared access signatures
  secret(
    /[Aa]ccount[Kk]ey|ACCOUNTKEY|[Aa]ccess[Kk]ey|ACCESSKEY/,
    /\b(?:AccountKey|SharedAccessKey)\s?=\s?[A-Za-z0-9+/]{40,90}={0,2}/gi,
  ),
  secret(/\dQ~/, /(?<![\w~.-])[A-Za-z0-9_~.]{3}\dQ~[A-Za-z0-9_~.-]{31,34}(?![\w~-])/g),
  secret(/[?&]sig=/, /[?&]sig=[A-Za-z0-9%+/]{40,90}(?:=|%3D)?/gi),
  // npm, PyPI, RubyGems, crates.io, Docker, Terraform Cloud
  secret(
    /npm_|pypi-|rubygems_|cio[A-Za-z0-9]|dckr_|atlasv1/,
    /\b(?:npm_[A-Za-z0-9]{36}|pypi-AgE[A-Za-z0-9_-]{50,1000}|rubygems_[a-f0-9]{48}|cio[A-Za-z0-9]{32}|dckr_(?:pat|oat)_[A-Za-z0-9_-]{27,40}|[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60,70})(?![\w-])/g,
  ),
  // SendGrid, Mailgun, Mailchimp, Brevo, Postman
  secret(
    /SG\.|key-[a-f0-9]|-us\d|xkeysib-|PMAK-/,
    /\b(?:SG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{32,64}|key-[a-f0-9]{32}|[a-f0-9]{32}-us\d{1,2}|xkeysib-[a-f0-9]{64}-[A-Za-z0-9]{16}|PMAK-[a-f0-9]{24}-[a-f0-9]{34})(?![\w-])/g,
  ),
  // Twilio: account and API key ids
  secret(/\b(?:AC|SK)[a-f0-9]/, /\b(?:AC|SK)[a-f0-9]{32}\b/g),
  // Telegram bots
  secret(/\d:A/, /(?<!\w)\d{8,10}:A[A-Za-z0-9_-]{34}(?![\w-])/g),
  // Hugging Face, Replicate, Groq, xAI, Perplexity, Langfuse/Langsmith
  secret(
    /hf_|r8_|gsk_|xai-|pplx-|lsv2_/,
    /\b(?:hf_[A-Za-z]{34}|r8_[A-Za-z0-9]{37}|gsk_[A-Za-z0-9]{52}|xai-[A-Za-z0-9]{70,90}|pplx-[A-Za-z0-9]{40,60}|lsv2_(?:pt|sk)_[a-f0-9]{32}_[a-f0-9]{10})(?!\w)/g,
  ),
  // DigitalOcean, Shopify, Square, Databricks, Doppler, Linear, Notion, Figma, Atlassian, Grafana, New Relic, Sentry, Vault, Cloudflare, Fly, Supabase, PlanetScale, Airtable, Dropbox
  secret(
    /do[opr]_v1_|shp(?:at|ca|pa|ss)_|sq0|EAAA|dapi|dp\.|lin_api|ntn_|secret_|figd_|ATATT|glsa_|glc_|NRAK-|sntry[su]_|hv[sbr]\.|fo1_|sbp_|pscale_|pat[A-Za-z0-9]{14}\.|sl\./,
    /\b(?:do[opr]_v1_[a-f0-9]{64}|shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}|sq0(?:atp|csp)-[A-Za-z0-9_-]{22,43}|EAAA[A-Za-z0-9_-]{60}|dapi[a-f0-9]{32}(?:-\d)?|dp\.(?:pt|st|ct|sa)\.[A-Za-z0-9._-]{40,60}|lin_api_[A-Za-z0-9]{40}|ntn_[A-Za-z0-9]{40,50}|secret_[A-Za-z0-9]{43}|figd_[A-Za-z0-9_-]{40}|ATATT3[A-Za-z0-9_=-]{180,250}|glsa_[A-Za-z0-9]{32}_[a-f0-9]{8}|glc_[A-Za-z0-9+/]{32,400}={0,2}|NRAK-[A-Z0-9]{27}|sntry[su]_[A-Za-z0-9+/=_]{60,400}|hv[sbr]\.[A-Za-z0-9_-]{24,250}|fo1_[A-Za-z0-9_-]{43}|sbp_[a-f0-9]{40}|pscale_(?:tkn|oauth|pw)_[A-Za-z0-9=._-]{32,64}|pat[A-Za-z0-9]{14}\.[a-f0-9]{64}|sl\.[A-Za-z0-9_-]{120,200})(?![\w-])/g,
  ),
  // age and PuTTY, the private halves
  secret(
    /AGE-SECRET-KEY-|Private-Lines:/,
    /\bAGE-SECRET-KEY-1[0-9A-Z]{58}\b|\bPrivate-Lines: \d{1,4}\s[A-Za-z0-9+/=\s]{20,4000}/g,
  ),
  // Authorization headers
  secret(
    /[Bb]earer|[Bb]asic|BEARER|BASIC/,
    /\b(?:bearer|basic) [A-Za-z0-9+/._~-]{16,2000}={0,2}/gi,
    (match) => hasDigit(match) && /[A-Z]/i.test(match.slice(7)) && isRandom(match.slice(6).trim()),
  ),
];

/** Of all of them at once: most texts have none, and are read once instead of twenty times. */
export const VENDOR_HINT = new RegExp(VENDOR_SECRETS.map(({ hint }) => hint.source).join('|'));

function hasDigit(match: string): boolean {
  return /\d/.test(match);
}

const KEY_BYTES = 8000;

/** With its end, or, where that was cut off, as far as it looks like one. */
function* privateKeys(text: string): Generator<Candidate> {
  const header = /-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----/g;
  for (let match = header.exec(text); match !== null; match = header.exec(text)) {
    const body = match.index + match[0].length;
    const rest = text.slice(body, body + KEY_BYTES);
    const whole = /-----END [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----/.exec(rest);
    const length =
      whole === null ? (/^[A-Za-z0-9+/=\s\\:-]*/.exec(rest)?.[0].length ?? 0) : whole.index + whole[0].length;
    header.lastIndex = body + length;
    yield [match.index, body + length, CERTAIN];
  }
}
