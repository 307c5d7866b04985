import { createHash, timingSafeEqual } from 'node:crypto';
import type { RequestHandler } from 'express';

/**
 * Lets through what carries `Authorization: Bearer <token>`, compared in constant time; anything else is answered
 * 401.
 */
export function requireBearer(token: string): RequestHandler {
  const expected = sha256(`Bearer ${token}`);
  return (request, response, next) => {
    if (timingSafeEqual(sha256(request.get('authorization') ?? ''), expected)) next();
    else
      response
        .status(401)
        .set('www-authenticate', 'Bearer')
        .json({ code: 'UNAUTHENTICATED', message: 'the operator’s token is missing or wrong' });
  };
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();
