import type { BillingRules } from './billing.ts';

export interface ImageTokens {
  readonly tokens: number;
  /** The size could not be read, so a middling one was taken. */
  readonly assumed: boolean;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Of an image behind a URL nothing is known before the provider fetches it. */
const ASSUMED: Size = { width: 1024, height: 1024 };

/**
 * By the provider's guide: low detail is the base; else the image is fitted into 2048 × 2048, then brought down to
 * 768 on its shorter side, and cut into tiles of 512 × 512.
 */
export function imageTokens(
  image: { readonly url: string; readonly detail?: 'low' | 'high' | 'auto' },
  { images }: BillingRules,
): ImageTokens {
  if (image.detail === 'low') return { tokens: images.base, assumed: false };
  const size = sizeOf(image.url);
  const { width, height } = size ?? ASSUMED;
  const fitted = Math.min(1, 2048 / Math.max(width, height));
  const shrunk = fitted * Math.min(1, 768 / (Math.min(width, height) * fitted));
  const tiles = Math.ceil((width * shrunk) / 512) * Math.ceil((height * shrunk) / 512);
  return { tokens: images.base + images.perTile * tiles, assumed: size === undefined };
}

/** A JPEG's size may stand behind an embedded thumbnail. */
const MOST_BYTES = 256 * 1024;

function sizeOf(url: string): Size | undefined {
  const start = /^data:image\/[\w.+-]+;base64,/.exec(url)?.[0].length;
  if (start === undefined) return undefined;
  const bytes = Buffer.from(url.slice(start, start + Math.ceil(MOST_BYTES / 3) * 4), 'base64');
  const size = pngSize(bytes) ?? webpSize(bytes) ?? jpegSize(bytes);
  return size !== undefined && size.width > 0 && size.height > 0 ? size : undefined;
}

function pngSize(bytes: Buffer): Size | undefined {
  if (bytes.length < 24 || bytes.toString('latin1', 0, 8) !== '\x89PNG\r\n\x1a\n') return undefined;
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}

function webpSize(bytes: Buffer): Size | undefined {
  const tag = (from: number, to: number): string => bytes.toString('latin1', from, to);
  if (bytes.length < 30 || tag(0, 4) !== 'RIFF' || tag(8, 12) !== 'WEBP') return undefined;
  switch (tag(12, 16)) {
    case 'VP8X':
      return { width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 };
    case 'VP8L': {
      const packed = bytes.readUInt32LE(21);
      return { width: (packed & 0x3fff) + 1, height: ((packed >>> 14) & 0x3fff) + 1 };
    }
    default:
      return { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff };
  }
}

/** Goes from segment to segment until one starts a frame. */
function jpegSize(bytes: Buffer): Size | undefined {
  if (bytes.length < 4 || bytes.readUInt16BE(0) !== 0xffd8) return undefined;
  for (let at = 2; at + 9 <= bytes.length;) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1] ?? 0;
    const startsFrame =
      marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (startsFrame) return { width: bytes.readUInt16BE(at + 7), height: bytes.readUInt16BE(at + 5) };
    at += 2 + bytes.readUInt16BE(at + 2);
  }
  return undefined;
}
