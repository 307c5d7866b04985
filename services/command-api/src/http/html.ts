import { CONTENT_SECURITY_POLICY } from '@ftm/report/style';
import type { Answer } from './route.ts';

/** A page for people. It brings its own policy: no script, its own style sheet only. */
export const htmlAnswer = (html: string): Answer<never> => ({
  status: 200,
  body: Buffer.from(html),
  headers: {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': CONTENT_SECURITY_POLICY,
  },
});
