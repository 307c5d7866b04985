import { banking77, seeded } from '@ftm/sandbox/orchestrator/traces/banking77';

const WORDS_A_QUESTION = 80;

/** Distinct dialogues of about a kilobyte, of the words of customers; one in fifty is said again. */
export function* dialogues(bytes: number): Generator<string> {
  const random = seeded(5);
  const words = [...new Set(banking77('train').flatMap(({ text }) => text.match(/\b[a-z]{2,}\b/g) ?? []))];
  const say = (count: number): string =>
    Array.from({ length: count }, () => words[Math.floor(random() * words.length)]).join(' ');
  let before = '';
  for (let made = 0; made < bytes;) {
    const line =
      random() < 0.02 && before !== ''
        ? before
        : JSON.stringify({
            messages: [
              { role: 'system', content: 'Answer the customers of a bank.' },
              { role: 'user', content: say(WORDS_A_QUESTION) },
              { role: 'assistant', content: say(WORDS_A_QUESTION) },
            ],
          });
    before = line;
    made += Buffer.byteLength(line) + 1;
    yield line;
  }
}
