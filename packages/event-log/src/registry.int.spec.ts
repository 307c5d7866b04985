import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { newest } from '@ftm/contracts/codec';
import { createRegistry, frameId, RegistryUnavailable, UndecodableValue } from './registry.ts';
import { erased } from './testing/commands.ts';
import { environment } from './testing/environment.ts';

describe('the registry', () => {
  const { registryUrl } = environment();
  const topic = `test.${Date.now().toString(36)}.${Math.random().toString(36).slice(2, 8)}`;
  const registry = createRegistry(registryUrl, { topic });
  const call = async (path: string, body?: unknown): Promise<{ status: number; json: unknown }> => {
    const response = await fetch(`${registryUrl}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, json: await response.json() };
  };

  it('registers nothing at run time, and says what is missing', async () => {
    await expect(registry.encode(erased('x'))).rejects.toThrow(RegistryUnavailable);
    await expect(registry.encode(erased('x'))).rejects.toThrow('ftm.dataset.DatasetErased');
    expect((await call(`/subjects/${topic}-ftm.dataset.DatasetErased/versions`)).status).toBe(404);
  });

  it('registers every schema by topic and record name, fully transitive, as often as it is asked', async () => {
    const ids = await registry.registerAll();
    expect(ids.get(`${topic}-ftm.dataset.DatasetErased`)).toBeGreaterThan(0);
    expect(ids.has(`${topic}-ftm.log.WriterClaimed`)).toBe(true);
    expect(await createRegistry(registryUrl, { topic }).registerAll()).toEqual(ids);
    expect((await call(`/config/${topic}-ftm.dataset.DatasetErased`)).json).toEqual({
      compatibilityLevel: 'FULL_TRANSITIVE',
    });
  });

  it('frames what it encodes, and reads it back', async () => {
    const value = await registry.encode(erased('why'));
    expect(value.readUInt8(0)).toBe(0);
    expect(frameId(value)).toBe(await registry.schemaId('DatasetErased'));
    expect(await registry.decode('ftm.dataset.DatasetErased', value)).toEqual(erased('why'));
    // Another process knows nothing yet.
    const other = createRegistry(registryUrl, { topic });
    expect(await other.decode('ftm.dataset.DatasetErased', value)).toEqual(erased('why'));
  });

  it('does not read a newer version of a schema, which may say more than this program can keep', async () => {
    const schema = newest('DatasetErased').schema as { fields: unknown[] };
    const newer = {
      ...schema,
      fields: [...schema.fields, { name: 'added', type: ['null', 'string'], default: null }],
    };
    const subject = `${topic}-ftm.dataset.DatasetErased`;
    const registered = await call(`/subjects/${subject}/versions`, { schema: JSON.stringify(newer) });
    expect(registered.status).toBe(200);
    const header = Buffer.alloc(5);
    header.writeUInt32BE((registered.json as { id: number }).id, 1);
    const body = (await registry.encode(erased('why'))).subarray(5);
    const value = Buffer.concat([header, body, Buffer.from([2, 2, 'x'.charCodeAt(0)])]);
    await expect(registry.decode('ftm.dataset.DatasetErased', value)).rejects.toThrow('upgrade, then replay');
  });

  it('refuses a value whose schema is of another type, is unknown, or is none', async () => {
    const value = await registry.encode(erased('why'));
    await expect(registry.decode('ftm.dataset.DatasetFailed', value)).rejects.toThrow(UndecodableValue);
    await expect(registry.decode('ftm.dataset.Nonsense', value)).rejects.toThrow(UndecodableValue);
    const unknown = Buffer.from(value);
    unknown.writeUInt32BE(0x7ffffff0, 1);
    await expect(registry.decode('ftm.dataset.DatasetErased', unknown)).rejects.toThrow(UndecodableValue);
    await expect(registry.decode('ftm.dataset.DatasetErased', Buffer.from('{}'))).rejects.toThrow(
      UndecodableValue,
    );
    await expect(registry.decode('ftm.dataset.DatasetErased', value.subarray(0, 7))).rejects.toThrow(
      UndecodableValue,
    );
  });

  it('fails loudly when a schema is not compatible with what is registered', async () => {
    const other = `${topic}.broken`;
    const schema = newest('DatasetErased').schema as Record<string, unknown>;
    const subject = `${other}-ftm.dataset.DatasetErased`;
    const without = { ...schema, fields: [{ name: 'else', type: 'int' }] };
    await call(`/subjects/${subject}/versions`, { schema: JSON.stringify(without) });
    await expect(createRegistry(registryUrl, { topic: other }).registerAll()).rejects.toThrow(
      'ftm.dataset.DatasetErased is not compatible',
    );
  });

  describe('that does not answer', () => {
    let server: Server;
    let url: string;
    let hang = false;

    beforeAll(async () => {
      server = createServer((_, response) => {
        if (!hang) response.writeHead(500).end('{}');
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const address = server.address();
      url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
    });

    afterAll(() => {
      server.closeAllConnections();
      server.close();
    });

    it('is retryable, whether it fails, hangs or is away', async () => {
      const value = await registry.encode(erased('why'));
      const silent = createRegistry(url, { topic, timeoutMs: 500 });
      await expect(silent.decode('ftm.dataset.DatasetErased', value)).rejects.toMatchObject({
        name: 'RegistryUnavailable',
        retryable: true,
      });
      hang = true;
      await expect(silent.encode(erased('x'))).rejects.toThrow(RegistryUnavailable);
      const away = createRegistry('http://127.0.0.1:1', { topic, timeoutMs: 500 });
      await expect(away.encode(erased('x'))).rejects.toThrow(RegistryUnavailable);
    });
  });
});
