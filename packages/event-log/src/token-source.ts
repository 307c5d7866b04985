import { z } from 'zod';

export interface TokenOptions {
  readonly url: string;
  readonly client: string;
  readonly secret: string;
  readonly scope: string | undefined;
}

/** OAuth 2.0, RFC 6749 section 5.1. */
const Token = z.object({
  access_token: z.string().min(1).max(100_000),
  expires_in: z.number().positive().optional(),
});

const TIMEOUT_MS = 5000;
/** Before it ends, a token is got anew. */
const EARLY_MS = 30_000;
/** Of a server that does not say how long a token holds. */
const USUAL_S = 300;

/** Gets access tokens with client credentials (RFC 6749 section 4.4), one for as long as it holds. The source throws Error with what the server answered. */
export function createTokenSource({ url, client, secret, scope }: TokenOptions): () => Promise<string> {
  let held: { readonly token: string; readonly until: number } | undefined;
  let asking: Promise<string> | undefined;
  async function ask(): Promise<string> {
    const answer = await fetch(url, {
      method: 'POST',
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: {
        // RFC 6749 section 2.3.1: both are form-encoded first.
        authorization: `Basic ${Buffer.from(`${encodeURIComponent(client)}:${encodeURIComponent(secret)}`).toString('base64')}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        ...(scope === undefined ? {} : { scope }),
      }),
    });
    if (!answer.ok) throw new Error(`FTM_KAFKA_TOKEN_URL answered ${answer.status} instead of a token`);
    const { access_token: token, expires_in: seconds = USUAL_S } = Token.parse(await answer.json());
    held = { token, until: Date.now() + seconds * 1000 - EARLY_MS };
    return token;
  }
  return async () => {
    if (held !== undefined && Date.now() < held.until) return held.token;
    // Many connections are opened at once, and need one token.
    asking ??= ask().finally(() => {
      asking = undefined;
    });
    return asking;
  };
}
