import { ourWords } from '@ftm/contracts/scanned-text';
import type { DatasetRequested } from '@ftm/contracts/generated/events';
import { createHashedEmbedder, createProviderEmbedder, type Embedder } from '@ftm/dataset/dedup/embedder';
import { createStaticEmbedder } from '@ftm/dataset/dedup/static-embedder';
import { TerminalError, type Work } from '../tasks.ts';

const PROVIDER = 'provider:';
/** UTF-16 units of a dialogue that are sent: the provider takes some 8,000 tokens of one. */
const MOST_SENT = 8000;
/** Dialogues of one call: together they stay below what the provider takes of all. */
const BATCH = 32;

/** What the recipe says that rows are compared by, where meaning is. @throws TerminalError when there is none here */
export async function embedderOf(work: Work, request: DatasetRequested): Promise<Embedder> {
  const { semanticEmbedder: name } = request.dedup;
  if (name === null) return createHashedEmbedder();
  if (name.startsWith(PROVIDER)) {
    const model = name.slice(PROVIDER.length);
    const provider = await work.providerFor(work.tenantId, request.projectId);
    const call = (texts: readonly string[]) =>
      provider.embed(
        model,
        // An empty input is refused.
        texts.map((text) => text.slice(0, MOST_SENT) || ' '),
      );
    // How long its vectors are, nobody says but the model.
    const [probe] = await call(['dimensions']);
    return createProviderEmbedder({ model, dims: probe?.length ?? 0, call, batch: BATCH });
  }
  const dir = work.config.FTM_STATIC_EMBEDDINGS_DIR;
  if (name === 'static' && dir !== undefined) return createStaticEmbedder(dir);
  throw new TerminalError(
    'EMBEDDER_NOT_THERE',
    ourWords('the embedder that was asked for is not here'),
    'set FTM_STATIC_EMBEDDINGS_DIR for `static`, or leave dedup.semantic_embedder out',
  );
}
