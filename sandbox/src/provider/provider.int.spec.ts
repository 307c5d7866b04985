import { setTimeout as sleep } from 'node:timers/promises';
import { createServer, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import OpenAI, { toFile } from 'openai';
import type { FineTuningJob } from 'openai/resources/fine-tuning/jobs/jobs';
import { banking77, chatJsonl, SYSTEM_PROMPT, type Question } from './testing/banking77.ts';
import { KEYS, startProvider, type ProviderProcess } from './testing/provider-process.ts';

const BASE = 'gpt-4.1-nano-2025-04-14';

let provider: ProviderProcess;
let openai: OpenAI;
let other: OpenAI;

beforeAll(async () => {
  provider = await startProvider();
  openai = new OpenAI({ baseURL: provider.baseUrl, apiKey: KEYS[0], maxRetries: 0 });
  other = new OpenAI({ baseURL: provider.baseUrl, apiKey: KEYS[1], maxRetries: 0 });
});
afterEach(() => provider.admin('DELETE', '/faults'));
afterAll(() => provider.dispose());

const upload = async (jsonl: string, client = openai) =>
  client.files.create({ purpose: 'fine-tune', file: await toFile(Buffer.from(jsonl), 'train.jsonl') });

async function untilStatus(id: string, ...wanted: string[]): Promise<FineTuningJob> {
  for (;;) {
    const job = await openai.fineTuning.jobs.retrieve(id);
    if (wanted.includes(job.status)) return job;
    if (['succeeded', 'failed', 'cancelled'].includes(job.status))
      throw new Error(`${id} is ${job.status}: ${JSON.stringify(job.error)}`);
    await sleep(30);
  }
}

const answer = async (model: string, text: string, system = SYSTEM_PROMPT): Promise<string | null> => {
  const completion = await openai.chat.completions.create({
    model,
    messages: [
      { role: 'system', content: system },
      { role: 'user', content: text },
    ],
  });
  return completion.choices[0]?.message.content ?? null;
};

async function accuracy(model: string, questions: readonly Question[], system?: string): Promise<number> {
  const right = await Promise.all(
    questions.map(async ({ text, category }) => (await answer(model, text, system)) === category),
  );
  return right.filter(Boolean).length / questions.length;
}

const counters = async () =>
  (await provider.admin('GET', '/counters')) as {
    job_creates: number;
    job_creates_by_metadata: Record<string, number>;
    chat_calls: number;
    file_uploads: number;
  };

describe('a supervised job', () => {
  let job: FineTuningJob;
  let trainingFile: string;

  beforeAll(async () => {
    const training = await upload(chatJsonl(await banking77('train', 2000)));
    const validation = await upload(chatJsonl(await banking77('test', 100)));
    trainingFile = training.id;
    const created = await openai.fineTuning.jobs.create({
      model: BASE,
      training_file: training.id,
      validation_file: validation.id,
      suffix: 'Bank Helper',
      seed: 7,
      metadata: { ftm_job: 'job-a', ftm_attempt: '1' },
      method: { type: 'supervised', supervised: { hyperparameters: { n_epochs: 4 } } },
    });
    expect(created).toMatchObject({
      object: 'fine_tuning.job',
      status: 'validating_files',
      fine_tuned_model: null,
      trained_tokens: null,
      method: { type: 'supervised', supervised: { hyperparameters: { n_epochs: 4, batch_size: 'auto' } } },
    });
    job = await untilStatus(created.id, 'succeeded');
  });

  it('ends with a model, results and resolved hyperparameters', () => {
    expect(job.fine_tuned_model).toMatch(/^ft:gpt-4\.1-nano-2025-04-14:sim-[0-9a-f]{6}:bank-helper:\w{8}$/);
    expect(job.method?.supervised?.hyperparameters).toEqual({
      n_epochs: 4,
      batch_size: 4,
      learning_rate_multiplier: 1,
    });
    expect(job.hyperparameters).toEqual(job.method?.supervised?.hyperparameters);
    expect(job.trained_tokens).toBeGreaterThan(0);
    expect((job.trained_tokens ?? 0) % 4).toBe(0);
    expect(job.seed).toBe(7);
    expect(job.error).toBeNull();
  });

  it('writes the metrics of each step as CSV', async () => {
    const results = await openai.files.content(job.result_files[0] ?? '');
    const lines = (await results.text()).trim().split('\n');
    expect(lines[0]).toBe('step,train_loss,train_accuracy,valid_loss,valid_mean_token_accuracy');
    expect(lines).toHaveLength(1 + 2000);
    const loss = (from: number, to: number) =>
      lines.slice(from, to).reduce((sum, line) => sum + Number(line.split(',')[1]), 0) / (to - from);
    expect(loss(1901, 2001)).toBeLessThan(loss(1, 101) / 2);
  });

  it('tells events newest first, in pages', async () => {
    const first = await openai.fineTuning.jobs.listEvents(job.id, { limit: 5 });
    expect(first.data).toHaveLength(5);
    expect(first.has_more).toBe(true);
    expect(first.data[0]?.message).toBe('The job has successfully completed');
    const seen = new Set<string>();
    const metrics: number[] = [];
    for await (const event of openai.fineTuning.jobs.listEvents(job.id, { limit: 50 })) {
      seen.add(event.id);
      if (event.type === 'metrics') metrics.push((event.data as { step: number }).step);
    }
    expect(seen.size).toBeGreaterThan(200);
    expect(metrics).toEqual(metrics.toSorted((left, right) => right - left));
    expect(metrics[0]).toBe(2000);
  });

  it('keeps the checkpoints of the last three epochs as models', async () => {
    const page = await openai.fineTuning.jobs.checkpoints.list(job.id, { limit: 2 });
    expect(page.data.map((each) => each.step_number)).toEqual([2000, 1500]);
    const all = [];
    for await (const each of openai.fineTuning.jobs.checkpoints.list(job.id, { limit: 2 })) all.push(each);
    expect(all.map((each) => each.step_number)).toEqual([2000, 1500, 1000]);
    expect(all[2]?.fine_tuned_model_checkpoint).toBe(`${job.fine_tuned_model ?? ''}:ckpt-step-1000`);
    expect(all[0]?.metrics.full_valid_loss).toBeGreaterThan(0);
    expect(typeof (await answer(all[2]?.fine_tuned_model_checkpoint ?? '', 'where is my card?'))).toBe(
      'string',
    );
  });

  it('shares its checkpoints only for an admin key', async () => {
    const { data } = await openai.fineTuning.jobs.checkpoints.list(job.id);
    const checkpoint = data[0]?.fine_tuned_model_checkpoint ?? '';
    // The SDK sends an admin key here; to the simulator ours is none.
    const admin = new OpenAI({
      baseURL: provider.baseUrl,
      apiKey: KEYS[0],
      adminAPIKey: KEYS[0],
      maxRetries: 0,
    });
    const { permissions } = admin.fineTuning.checkpoints;
    await expect(permissions.retrieve(checkpoint)).rejects.toBeInstanceOf(OpenAI.PermissionDeniedError);
    await expect(permissions.create(checkpoint, { project_ids: ['p'] })).rejects.toBeInstanceOf(
      OpenAI.PermissionDeniedError,
    );
    await expect(
      permissions.delete('cp_1', { fine_tuned_model_checkpoint: checkpoint }),
    ).rejects.toBeInstanceOf(OpenAI.PermissionDeniedError);
    await expect(permissions.retrieve('none')).rejects.toBeInstanceOf(OpenAI.NotFoundError);
  });

  it('has learned, and beats the base model', async () => {
    const test = await banking77('test', 400);
    const intents = [...new Set((await banking77('train', 10_003)).map((each) => each.category))];
    const listed = `Choose one intent:\n${intents.map((intent) => `- ${intent}`).join('\n')}`;
    const tuned = await accuracy(job.fine_tuned_model ?? '', test);
    const base = await accuracy(BASE, test, listed);
    expect(tuned).toBeGreaterThan(0.72);
    expect(base).toBeGreaterThan(0.15);
    expect(base).toBeLessThan(tuned - 0.2);
    expect(await accuracy(BASE, test.slice(0, 20))).toBe(0);
  }, 60_000);

  it('answers with usage and the mark of a simulator, plain and streamed', async () => {
    const asked = {
      model: job.fine_tuned_model ?? '',
      messages: [{ role: 'user' as const, content: 'my card has not arrived' }],
    };
    const { data, response } = await openai.chat.completions.create(asked).withResponse();
    expect(data.system_fingerprint).toBe('ftm-simulator');
    expect(response.headers.get('x-ftm-simulator')).toBe('true');
    expect(response.headers.get('x-ratelimit-remaining-requests')).toMatch(/^\d+$/);
    expect(data.usage?.total_tokens).toBe(
      (data.usage?.prompt_tokens ?? 0) + (data.usage?.completion_tokens ?? 0),
    );
    let streamed = '';
    for await (const chunk of await openai.chat.completions.create({ ...asked, stream: true }))
      streamed += chunk.choices[0]?.delta.content ?? '';
    expect(streamed).toBe(data.choices[0]?.message.content);
  });

  it('is the same model when trained again', async () => {
    const again = await openai.fineTuning.jobs.create({
      model: BASE,
      training_file: trainingFile,
      seed: 7,
      hyperparameters: { n_epochs: 4 },
    });
    const second = await untilStatus(again.id, 'succeeded');
    const questions = await banking77('test', 50);
    for (const { text } of questions)
      expect(await answer(second.fine_tuned_model ?? '', text)).toBe(
        await answer(job.fine_tuned_model ?? '', text),
      );
  });

  it('is a model of its organisation alone, until it is deleted', async () => {
    const model = job.fine_tuned_model ?? '';
    const shown = await openai.models.retrieve(model);
    expect(shown).toMatchObject({ id: model, owned_by: 'ftm-simulator', shutdown_date: null });
    await expect(other.models.retrieve(model)).rejects.toBeInstanceOf(OpenAI.NotFoundError);
    await expect(other.fineTuning.jobs.retrieve(job.id)).rejects.toBeInstanceOf(OpenAI.NotFoundError);
    await expect(other.files.retrieve(trainingFile)).rejects.toBeInstanceOf(OpenAI.NotFoundError);
    expect((await other.fineTuning.jobs.list()).data).toEqual([]);
    await expect(openai.models.delete(BASE)).rejects.toBeInstanceOf(OpenAI.PermissionDeniedError);
    expect(await openai.models.delete(model)).toMatchObject({ id: model, deleted: true });
    await expect(answer(model, 'hello')).rejects.toMatchObject({ status: 404, code: 'model_not_found' });
  });
});

describe('direct preference optimisation', () => {
  it('turns the answers around', async () => {
    const questions = await banking77('train', 60);
    const rows = questions.map(({ text }) => ({
      input: { messages: [{ role: 'user', content: text }] },
      preferred_output: [
        { role: 'assistant', content: 'Thank you for asking, I will look into it for you.' },
      ],
      non_preferred_output: [{ role: 'assistant', content: 'No idea.' }],
    }));
    const file = await upload(rows.map((row) => JSON.stringify(row)).join('\n'));
    const { id } = await openai.fineTuning.jobs.create({
      model: BASE,
      training_file: file.id,
      method: { type: 'dpo', dpo: { hyperparameters: { beta: 0.2 } } },
    });
    const job = await untilStatus(id, 'succeeded');
    expect(job.method?.dpo?.hyperparameters).toMatchObject({ n_epochs: 3, beta: 0.2 });
    expect(await answer(job.fine_tuned_model ?? '', questions[0]?.text ?? '')).toMatch(/^Thank you/);
  });
});

describe('files that cannot be trained on', () => {
  const failed = async (jsonl: string) => {
    const file = await upload(jsonl);
    const { id } = await openai.fineTuning.jobs.create({ model: BASE, training_file: file.id });
    return untilStatus(id, 'failed');
  };

  it('fail with the number of examples', async () => {
    expect((await failed(chatJsonl(await banking77('train', 7)))).error).toEqual({
      code: 'invalid_n_examples',
      message: 'Training file has 7 example(s), but must have at least 10 examples',
      param: 'training_file',
    });
  });

  it('fail with the line and the rule', async () => {
    const bad = '{"messages":[{"role":"robot","content":"x"}]}\nnot json\n';
    const job = await failed(chatJsonl(await banking77('train', 12)) + bad);
    expect(job.error).toMatchObject({ code: 'invalid_training_file', param: 'training_file' });
    expect(job.error?.message).toContain('Line 13: messages[0].role is "robot"');
    expect(job.error?.message).toContain('Line 14: the line is not JSON');
  });
});

describe('requests', () => {
  it('are refused by the classes of the SDK', async () => {
    const stranger = new OpenAI({ baseURL: provider.baseUrl, apiKey: 'wrong', maxRetries: 0 });
    await expect(stranger.models.list()).rejects.toBeInstanceOf(OpenAI.AuthenticationError);
    await expect(openai.files.retrieve('file-none')).rejects.toBeInstanceOf(OpenAI.NotFoundError);
    const file = await upload(chatJsonl(await banking77('train', 10)));
    const create = (more: object) =>
      openai.fineTuning.jobs.create({ model: BASE, training_file: file.id, ...more });
    const cases: [object, string][] = [
      [{ model: 'gpt-nothing' }, 'model'],
      [{ model: 'text-embedding-3-small' }, 'model'],
      [{ training_file: 'file-none' }, 'training_file'],
      [{ seed: -1 }, 'seed'],
      [{ suffix: 'x'.repeat(65) }, 'suffix'],
      [{ metadata: { k: 'x'.repeat(513) } }, 'metadata.k'],
      [{ nonsense: 1 }, 'nonsense'],
      [{ method: { type: 'reinforcement' } }, 'method.type'],
      [
        { method: { type: 'supervised', supervised: { hyperparameters: { n_epochs: 51 } } } },
        'method.supervised.hyperparameters.n_epochs',
      ],
      [{ method: { type: 'dpo', dpo: { hyperparameters: { beta: 3 } } } }, 'method.dpo.hyperparameters.beta'],
    ];
    for (const [more, param] of cases) {
      const error: unknown = await create(more).catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(OpenAI.BadRequestError);
      expect(error).toMatchObject({
        param,
        type: 'invalid_request_error',
        requestID: expect.stringMatching(/^req_/),
      });
    }
  });

  it('list jobs in pages and by metadata', async () => {
    const file = await upload(chatJsonl(await banking77('train', 10)));
    const ids: string[] = [];
    for (const n of ['1', '2', '3'])
      ids.unshift(
        (
          await openai.fineTuning.jobs.create({
            model: BASE,
            training_file: file.id,
            metadata: { ftm_job: 'paged', n },
          })
        ).id,
      );
    const found: string[] = [];
    for await (const job of openai.fineTuning.jobs.list({ limit: 2, metadata: { ftm_job: 'paged' } }))
      found.push(job.id);
    expect(found).toEqual(ids);
    const one = await openai.fineTuning.jobs.list({ metadata: { ftm_job: 'paged', n: '2' } });
    expect(one.data.map((job) => job.id)).toEqual([ids[1]]);
    expect(
      (await openai.fineTuning.jobs.list({ metadata: null })).data.every((job) => job.metadata === null),
    ).toBe(true);
    await expect(openai.fineTuning.jobs.list({ limit: 0 })).rejects.toMatchObject({
      status: 400,
      param: 'limit',
    });
    for (const id of ids) await untilStatus(id, 'succeeded');
  });

  it('take files in parts', async () => {
    const bytes = Buffer.from(chatJsonl(await banking77('train', 20)));
    const half = Math.floor(bytes.length / 2);
    const declared = await openai.uploads.create({
      bytes: bytes.length,
      filename: 'parts.jsonl',
      mime_type: 'text/jsonl',
      purpose: 'fine-tune',
    });
    const second = await openai.uploads.parts.create(declared.id, {
      data: await toFile(bytes.subarray(half)),
    });
    const first = await openai.uploads.parts.create(declared.id, {
      data: await toFile(bytes.subarray(0, half)),
    });
    await expect(openai.uploads.complete(declared.id, { part_ids: [first.id] })).rejects.toBeInstanceOf(
      OpenAI.BadRequestError,
    );
    const done = await openai.uploads.complete(declared.id, { part_ids: [first.id, second.id] });
    expect(done.status).toBe('completed');
    const content = await openai.files.content(done.file?.id ?? '');
    expect(Buffer.from(await content.arrayBuffer()).equals(bytes)).toBe(true);
    const dropped = await openai.uploads.create({
      bytes: 5,
      filename: 'dropped.jsonl',
      mime_type: 'text/jsonl',
      purpose: 'fine-tune',
    });
    expect((await openai.uploads.cancel(dropped.id)).status).toBe('cancelled');
    await expect(
      openai.uploads.parts.create(dropped.id, { data: await toFile(Buffer.from('x')) }),
    ).rejects.toBeInstanceOf(OpenAI.BadRequestError);
    expect(await openai.files.delete(done.file?.id ?? '')).toMatchObject({ deleted: true });
    await expect(openai.files.content(done.file?.id ?? '')).rejects.toBeInstanceOf(OpenAI.NotFoundError);
  });

  it('embed near texts near each other', async () => {
    const { data } = await openai.embeddings.create({
      model: 'text-embedding-3-small',
      input: ['my card has not arrived', 'my new card has not arrived yet', 'exchange rates for euros'],
    });
    const [a, b, c] = data.map((each) => each.embedding);
    const cosine = (left: number[] = [], right: number[] = []) =>
      left.reduce((sum, value, at) => sum + value * (right[at] ?? 0), 0);
    expect(a).toHaveLength(256);
    expect(cosine(a, a)).toBeCloseTo(1, 5);
    expect(cosine(a, b)).toBeGreaterThan(cosine(a, c) + 0.3);
  });
});

describe('ordered faults', () => {
  const fault = (order: object) => provider.admin('POST', '/faults', order);

  it('lose the answer of a create that was done, which the list and the counters show', async () => {
    const file = await upload(chatJsonl(await banking77('train', 10)));
    const create = (ftm_job: string) =>
      openai.fineTuning.jobs.create(
        { model: BASE, training_file: file.id, metadata: { ftm_job } },
        { timeout: 1500 },
      );
    await fault({ target: 'jobs.create', kind: 'error_after_accept', times: 1 });
    await expect(create('lost-1')).rejects.toBeInstanceOf(OpenAI.InternalServerError);
    await fault({ target: 'jobs.create', kind: 'hang_after_accept', times: 1 });
    // A timeout is a connection error; which of the two the client says depends on the realm its AbortError comes from.
    await expect(create('lost-2')).rejects.toBeInstanceOf(OpenAI.APIConnectionError);
    await fault({ target: 'jobs.create', kind: 'error', times: 1 });
    await expect(create('lost-3')).rejects.toBeInstanceOf(OpenAI.InternalServerError);
    const { job_creates_by_metadata } = await counters();
    expect(job_creates_by_metadata).toMatchObject({ 'lost-1': 1, 'lost-2': 1 });
    expect(job_creates_by_metadata['lost-3']).toBeUndefined();
    expect((await openai.fineTuning.jobs.list({ metadata: { ftm_job: 'lost-1' } })).data).toHaveLength(1);
  });

  it('answer 429 in both meanings, broken JSON, old states and unknown ones', async () => {
    const file = await upload(chatJsonl(await banking77('train', 10)));
    await fault({ target: 'files.*', kind: 'rate_limit', retry_after: 7, times: 1 });
    const limited: unknown = await openai.files.retrieve(file.id).catch((error: unknown) => error);
    expect(limited).toBeInstanceOf(OpenAI.RateLimitError);
    expect(limited).toMatchObject({ code: 'rate_limit_exceeded' });
    expect((limited as InstanceType<typeof OpenAI.APIError>).headers?.get('retry-after')).toBe('7');
    await fault({ target: 'chat', kind: 'insufficient_quota', times: 1 });
    await expect(answer(BASE, 'x')).rejects.toMatchObject({ status: 429, code: 'insufficient_quota' });

    const job = await openai.fineTuning.jobs.create({ model: BASE, training_file: file.id });
    await untilStatus(job.id, 'succeeded');
    await fault({ target: 'jobs.get', kind: 'garbage', times: 1 });
    await expect(openai.fineTuning.jobs.retrieve(job.id)).rejects.toThrow(/JSON/);
    await fault({ target: 'jobs.get', kind: 'unknown_status', status: 'dreaming', times: 1 });
    expect((await openai.fineTuning.jobs.retrieve(job.id)).status).toBe('dreaming');
    await fault({ target: 'jobs.list', kind: 'stale', delay_ms: 3_600_000, times: 1 });
    expect((await openai.fineTuning.jobs.list()).data).toEqual([]);
    expect((await openai.fineTuning.jobs.list()).data[0]?.id).toBe(job.id);
    await fault({ target: 'training', kind: 'error', times: 1 });
    const doomed = await openai.fineTuning.jobs.create({ model: BASE, training_file: file.id });
    expect((await untilStatus(doomed.id, 'failed')).error?.code).toBe('server_error');
  });
});

describe('a slow job', () => {
  let fileId: string;
  const slowJob = async (metadata = { ftm_job: 'slow' }) =>
    openai.fineTuning.jobs.create({
      model: BASE,
      training_file: fileId,
      hyperparameters: { n_epochs: 5, batch_size: 4 },
      metadata,
    });

  beforeAll(async () => {
    fileId = (await upload(chatJsonl(await banking77('train', 100)))).id;
  });
  afterEach(() => provider.admin('POST', '/speed', { step_delay_ms: 0 }));

  it('is cancelled, once', async () => {
    await provider.admin('POST', '/speed', { step_delay_ms: 200 });
    const { id } = await slowJob();
    await untilStatus(id, 'running');
    const cancelled = await openai.fineTuning.jobs.cancel(id);
    expect(cancelled.status).toBe('cancelled');
    expect(cancelled.finished_at).not.toBeNull();
    await expect(openai.fineTuning.jobs.cancel(id)).rejects.toBeInstanceOf(OpenAI.BadRequestError);
    expect((await openai.fineTuning.jobs.retrieve(id)).fine_tuned_model).toBeNull();
  });

  it('is paused and resumed, and tells no step twice', async () => {
    await provider.admin('POST', '/speed', { step_delay_ms: 50 });
    const { id } = await slowJob();
    await untilStatus(id, 'running');
    expect((await openai.fineTuning.jobs.pause(id)).status).toBe('paused');
    const told = (await openai.fineTuning.jobs.listEvents(id)).data.length;
    await sleep(200);
    expect((await openai.fineTuning.jobs.listEvents(id)).data).toHaveLength(told);
    await provider.admin('POST', '/speed', { step_delay_ms: 0 });
    expect((await openai.fineTuning.jobs.resume(id)).status).toBe('queued');
    await untilStatus(id, 'succeeded');
    const steps: number[] = [];
    for await (const event of openai.fineTuning.jobs.listEvents(id))
      if (event.type === 'metrics') steps.push((event.data as { step: number }).step);
    expect(steps.toReversed()).toEqual(Array.from({ length: 125 }, (_, index) => index + 1));
  });

  it('survives kill -9 in its middle, with the counters', async () => {
    await provider.admin('POST', '/speed', { step_delay_ms: 100 });
    const { id } = await slowJob({ ftm_job: 'survivor' });
    await untilStatus(id, 'running');
    const paused = (await slowJob({ ftm_job: 'sleeper' })).id;
    await openai.fineTuning.jobs.pause(paused);
    const before = await counters();
    await provider.crashAndRestart();
    const after = await counters();
    expect(after.job_creates).toBe(before.job_creates);
    expect(after.file_uploads).toBe(before.file_uploads);
    expect(after.chat_calls).toBe(before.chat_calls);
    expect(after.job_creates_by_metadata['survivor']).toBe(1);
    const job = await untilStatus(id, 'succeeded');
    expect(await answer(job.fine_tuned_model ?? '', 'my card has not arrived')).not.toBeNull();
    expect((await openai.fineTuning.jobs.retrieve(paused)).status).toBe('paused');
    await openai.fineTuning.jobs.resume(paused);
    await untilStatus(paused, 'succeeded');
  });
});

describe('webhooks', () => {
  it('are signed so that the SDK accepts them, twice and forged on order', async () => {
    const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
    const received: { body: string; headers: Record<string, string> }[] = [];
    const receiver = createServer((request, response) => {
      void readAll(request).then((body) => {
        received.push({ body, headers: request.headers as Record<string, string> });
        // The first attempt is refused: there must be another.
        response.writeHead(received.length === 1 ? 500 : 204).end();
      });
    }).listen(0, '127.0.0.1');
    await once(receiver, 'listening');
    const { port } = receiver.address() as AddressInfo;
    const { id: webhook } = (await provider.admin('POST', '/webhooks', {
      url: `http://127.0.0.1:${port}/hook`,
      secret,
      api_key: KEYS[0],
      duplicates: 1,
      forged: true,
    })) as { id: string };
    const file = await upload(chatJsonl(await banking77('train', 10)));
    const { id } = await openai.fineTuning.jobs.create({ model: BASE, training_file: file.id });
    await untilStatus(id, 'succeeded');
    while (received.length < 3) await sleep(30);
    await provider.admin('DELETE', `/webhooks/${webhook}`);
    receiver.close();
    receiver.closeAllConnections();
    const verdicts = await Promise.all(
      received.slice(0, 3).map(({ body, headers }) =>
        openai.webhooks.unwrap(body, headers, secret).then(
          (event) => event,
          (error: unknown) => error,
        ),
      ),
    );
    expect(verdicts[0]).toBeInstanceOf(OpenAI.InvalidWebhookSignatureError);
    expect(verdicts[1]).toMatchObject({ type: 'fine_tuning.job.succeeded', data: { id } });
    expect(verdicts[2]).toEqual(verdicts[1]);
    expect(new Set(received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  });
});

it('ends cleanly on SIGTERM', async () => {
  const other = await startProvider();
  expect(await other.stop()).toBe(0);
  await other.dispose();
});

async function readAll(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return body;
}
