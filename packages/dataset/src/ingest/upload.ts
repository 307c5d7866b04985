import type { OutputFormat } from '../rows/row.ts';

/** What is known of an upload once all of it was received: its chunks, in order, and what it was. */
export interface UploadManifest {
  readonly format: 'ftm.upload.v1';
  readonly uploadId: string;
  readonly outputFormat: OutputFormat;
  readonly sanitizerProfile: string;
  readonly images: 'refused' | 'allowed';
  /** SHA-256 of the body as it was sent. */
  readonly bodySha256: string;
  readonly bodyBytes: number;
  readonly rowsRead: number;
  readonly rowsRejected: number;
  readonly inputSha256: string;
  readonly chunks: readonly { readonly uri: string; readonly sha256: string; readonly bytes: number }[];
}

/** Stands where the name of an upload would, of one that was begun, never finished and removed. */
export const EXPIRED_UPLOAD = '{"expired":true}';
