import { readFileSync } from 'node:fs';
import { ConfigError, KAFKA_SECURITY, readConfig } from '@ftm/runtime/config';
import { z } from 'zod';
import type { KafkaConnection } from './kafka-clients.ts';
import { createTokenSource } from './token-source.ts';

type Settings = z.infer<z.ZodObject<typeof KAFKA_SECURITY>>;
type Name = keyof Settings;

const OF_TLS: readonly Name[] = ['FTM_KAFKA_CA_FILE', 'FTM_KAFKA_CERTIFICATE_FILE', 'FTM_KAFKA_KEY_FILE'];
const OF_PASSWORD: readonly Name[] = ['FTM_KAFKA_USER', 'FTM_KAFKA_PASSWORD', 'FTM_KAFKA_PASSWORD_FILE'];
const OF_TOKEN: readonly Name[] = [
  'FTM_KAFKA_TOKEN_URL',
  'FTM_KAFKA_TOKEN_CLIENT',
  'FTM_KAFKA_TOKEN_SECRET',
  'FTM_KAFKA_TOKEN_SECRET_FILE',
  'FTM_KAFKA_TOKEN_SCOPE',
];

/**
 * How Kafka is spoken to by these settings. Files are read now: a process starts anew with new ones.
 * @throws ConfigError that names each setting which is missing, or would do nothing: who means to be safe and is not must hear of it
 */
export function kafkaSecurity(settings: Settings): Pick<KafkaConnection, 'ssl' | 'sasl'> {
  const { FTM_KAFKA_SECURITY: security, FTM_KAFKA_SASL: mechanism } = settings;
  const problems: string[] = [];
  const idle = (names: readonly Name[], why: string): void => {
    for (const name of names)
      if (settings[name] !== undefined) problems.push(`${name}: it does nothing, for ${why}`);
  };
  const need = (name: Name, why: string): string => {
    const value = settings[name];
    if (value === undefined) problems.push(`${name}: needed, for ${why}`);
    return value ?? '';
  };
  const secret = (name: Name, file: Name, why: string): string => {
    const from = settings[file];
    if (from === undefined) return need(name, `${why}; or ${file}`);
    if (settings[name] !== undefined) problems.push(`${file}: ${name} is set, too: leave one of them out`);
    return read(file, from, problems).trim();
  };

  const tls = security === 'SSL' || security === 'SASL_SSL';
  const sasl = security === 'SASL_SSL' || security === 'SASL_PLAINTEXT';
  if (!tls) idle(OF_TLS, `FTM_KAFKA_SECURITY is ${security}: SSL or SASL_SSL has certificates`);
  if (!sasl)
    idle(
      ['FTM_KAFKA_SASL', ...OF_PASSWORD, ...OF_TOKEN],
      `FTM_KAFKA_SECURITY is ${security}: SASL_SSL asks who it is`,
    );
  else if (mechanism === undefined) need('FTM_KAFKA_SASL', `FTM_KAFKA_SECURITY is ${security}`);
  else idle(mechanism === 'OAUTHBEARER' ? OF_PASSWORD : OF_TOKEN, `FTM_KAFKA_SASL is ${mechanism}`);

  const connection = {
    ...(tls ? { ssl: certificates() } : {}),
    ...(sasl && mechanism !== undefined ? { sasl: credentials(mechanism) } : {}),
  };
  if (problems.length > 0) throw new ConfigError(problems);
  return connection;

  function certificates(): NonNullable<KafkaConnection['ssl']> {
    const [ca, cert, key] = OF_TLS.map((name) => {
      const path = settings[name];
      return path === undefined ? undefined : read(name, path, problems);
    });
    if ((cert === undefined) !== (key === undefined))
      problems.push('FTM_KAFKA_KEY_FILE: a certificate and its key go together');
    return {
      ...(ca === undefined ? {} : { ca: [ca] }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
    };
  }

  function credentials(by: NonNullable<Settings['FTM_KAFKA_SASL']>): NonNullable<KafkaConnection['sasl']> {
    const why = `FTM_KAFKA_SASL is ${by}`;
    if (by !== 'OAUTHBEARER') {
      const username = need('FTM_KAFKA_USER', why);
      const password = secret('FTM_KAFKA_PASSWORD', 'FTM_KAFKA_PASSWORD_FILE', why);
      switch (by) {
        case 'PLAIN':
          return { mechanism: 'plain', username, password };
        case 'SCRAM-SHA-256':
          return { mechanism: 'scram-sha-256', username, password };
        case 'SCRAM-SHA-512':
          return { mechanism: 'scram-sha-512', username, password };
      }
    }
    const source = createTokenSource({
      url: need('FTM_KAFKA_TOKEN_URL', why),
      client: need('FTM_KAFKA_TOKEN_CLIENT', why),
      secret: secret('FTM_KAFKA_TOKEN_SECRET', 'FTM_KAFKA_TOKEN_SECRET_FILE', why),
      scope: settings.FTM_KAFKA_TOKEN_SCOPE,
    });
    return { mechanism: 'oauthbearer', oauthBearerProvider: async () => ({ value: await source() }) };
  }
}

/** The same from the environment, for who reads nothing else there. @throws ConfigError */
export const kafkaSecurityOf = (env: Readonly<Record<string, string | undefined>>) =>
  kafkaSecurity(readConfig(z.object(KAFKA_SECURITY), env));

function read(name: Name, path: string, problems: string[]): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    problems.push(`${name}: ${path} cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'unknown'}`);
    return '';
  }
}
