/** Invented personal data that is planted in traces: none of it may ever be found behind the sanitiser. */
export const CANARIES = {
  EMAIL: [
    'maren.canary@example-mail.test',
    'j.o.canary+bank@mailbox.example.org',
    'canary_77@post.example.net',
  ],
  PHONE: ['+49 30 901820 4477', '(415) 555-0132', '+44 20 7946 0958'],
  CARD: ['4111 1111 1111 1111', '5555-5555-5555-4444', '4012888888881881'],
  IBAN: ['DE89 3704 0044 0532 0130 00', 'GB29NWBK60161331926819'],
  SSN: ['536-22-8726', '219-09-9999'],
  IP: ['203.0.113.77', '198.51.100.23'],
  SECRET: ['sk-canary-9f8e7d6c5b4a39281706f5e4'],
} as const;

export type CanaryType = keyof typeof CANARIES;

export const ALL_CANARIES: readonly string[] = Object.values(CANARIES).flat();
