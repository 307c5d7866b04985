import { kafkaSecurityOf } from './kafka-security.ts';

const said = (env: Readonly<Record<string, string>>): string => {
  try {
    kafkaSecurityOf(env);
    return '';
  } catch (error) {
    return (error as Error).message;
  }
};

describe('how Kafka is spoken to', () => {
  it('is in the clear where nothing is said', () => {
    expect(kafkaSecurityOf({})).toEqual({});
  });

  it.each<[Readonly<Record<string, string>>, string]>([
    [{ FTM_KAFKA_SECURITY: 'TLS' }, 'FTM_KAFKA_SECURITY'],
    [{ FTM_KAFKA_PASSWORD: 'secret-1' }, 'FTM_KAFKA_PASSWORD: it does nothing'],
    [{ FTM_KAFKA_CA_FILE: '/none' }, 'FTM_KAFKA_CA_FILE: it does nothing'],
    [{ FTM_KAFKA_SECURITY: 'SASL_SSL' }, 'FTM_KAFKA_SASL: needed'],
    [{ FTM_KAFKA_SECURITY: 'SASL_SSL', FTM_KAFKA_SASL: 'PLAIN' }, 'FTM_KAFKA_USER: needed'],
    [
      { FTM_KAFKA_SECURITY: 'SASL_SSL', FTM_KAFKA_SASL: 'PLAIN', FTM_KAFKA_USER: 'u' },
      'FTM_KAFKA_PASSWORD: needed, for FTM_KAFKA_SASL is PLAIN; or FTM_KAFKA_PASSWORD_FILE',
    ],
    [
      {
        FTM_KAFKA_SECURITY: 'SASL_SSL',
        FTM_KAFKA_SASL: 'PLAIN',
        FTM_KAFKA_USER: 'u',
        FTM_KAFKA_PASSWORD: 'secret-1',
        FTM_KAFKA_TOKEN_URL: 'https://auth.test/token',
      },
      'FTM_KAFKA_TOKEN_URL: it does nothing',
    ],
    [{ FTM_KAFKA_SECURITY: 'SASL_SSL', FTM_KAFKA_SASL: 'OAUTHBEARER' }, 'FTM_KAFKA_TOKEN_CLIENT: needed'],
    [
      { FTM_KAFKA_SECURITY: 'SSL', FTM_KAFKA_CA_FILE: '/none/ca.pem' },
      'FTM_KAFKA_CA_FILE: /none/ca.pem cannot be read: ENOENT',
    ],
    [
      { FTM_KAFKA_SECURITY: 'SSL', FTM_KAFKA_CERTIFICATE_FILE: import.meta.filename },
      'FTM_KAFKA_KEY_FILE: a certificate and its key go together',
    ],
  ])('is refused where settings do not go together: %j', (env, message) => {
    expect(said(env)).toContain(message);
    expect(said(env)).not.toContain('secret-1');
  });
});
