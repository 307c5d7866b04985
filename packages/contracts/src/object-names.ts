import type { TenantId } from './ids.ts';

/**
 * How every object of FTM is named, and with that what there is to remove when a tenant is erased. Keys of data are beside them, under `keys/`, and are the store's own.
 *
 *   datasets/<tenant>/<project>/<dataset>/…            files of a dataset; work/chunk-… while it is built
 *   datasets/<tenant>/<project>/uploads/<upload>/…     what was sent for one; ref: the upload is whole
 *   evals/<tenant>/<project>/<eval run>/…              results; chunks/… while it runs
 *   evals/<tenant>/<project>/suites/<suite>/…          cases
 *   ft_jobs/<tenant>/<project>/<job>/…                 what the provider said of it
 */
const ROOTS = ['datasets', 'evals', 'ft_jobs'] as const;

/** Whose an object is. */
export interface ObjectOwner {
  readonly tenantId: string;
  readonly projectId: string;
}

const named = (
  root: (typeof ROOTS)[number],
  { tenantId, projectId }: ObjectOwner,
  ...rest: readonly string[]
): string => [root, tenantId, projectId, ...rest].join('/');

/** Of rows as TRiSM left them. @param index from 0 */
export const chunkName = (index: number): string => `chunk-${String(index).padStart(8, '0')}`;

export const datasetObjects = (owner: ObjectOwner, dataset: string): string =>
  named('datasets', owner, dataset);

/** @param index from 0 */
export const datasetChunk = (owner: ObjectOwner, dataset: string, index: number): string =>
  named('datasets', owner, dataset, 'work', chunkName(index));

export const uploadObjects = (owner: ObjectOwner, upload: string): string =>
  named('datasets', owner, 'uploads', upload);

/** What an upload is made of, once all of it has come. */
export const UPLOAD_MANIFEST = 'upload.json';

/** Taken once, by whoever finishes the upload, or gives it up. */
export const uploadRef = (owner: ObjectOwner, upload: string): string =>
  `${uploadObjects(owner, upload)}/ref`;

export const suiteObjects = (owner: ObjectOwner, suite: string): string =>
  named('evals', owner, 'suites', suite);

export const evalRunObjects = (owner: ObjectOwner, run: string): string => named('evals', owner, run);

/** @param index from 0 */
export const evalRunChunk = (owner: ObjectOwner, run: string, index: number): string =>
  named('evals', owner, run, 'chunks', String(index).padStart(6, '0'));

export const fineTuneObjects = (owner: ObjectOwner, job: string): string => named('ft_jobs', owner, job);

/** What the names of all objects of a tenant begin with. */
export const objectsOfTenant = (tenant: TenantId): readonly string[] =>
  ROOTS.map((root) => `${root}/${tenant}/`);

/** What the names of all uploads begin with, among others. */
export const UPLOADS = 'datasets/';
const UPLOADED = /^datasets\/([^/]+)\/([^/]+)\/uploads\/([^/]+)\/(.+)$/;

/** Of which upload an object is, and its name there; undefined for an object of something else. */
export function uploadOf(
  key: string,
): { readonly owner: ObjectOwner; readonly upload: string; readonly name: string } | undefined {
  const [, tenantId, projectId, upload, name] = UPLOADED.exec(key) ?? [];
  return tenantId === undefined || projectId === undefined || upload === undefined || name === undefined
    ? undefined
    : { owner: { tenantId, projectId }, upload, name };
}
