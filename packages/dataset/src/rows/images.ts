import { isObject, typeName } from './shape.ts';
import type { RowCheck } from './rules.ts';

const MAX_IMAGES = 10;
const MAX_IMAGE_BYTES = 10_000_000;
const MAX_URL_CHARS = 8192;
const DETAILS = ['low', 'high', 'auto'];

/** An `image_url` part of a user's message. The image behind a URL is not fetched. */
export function checkImage(part: Readonly<Record<string, unknown>>, path: string, check: RowCheck): void {
  const { rules, rejections } = check;
  if (rules.images === 'refused') {
    rejections.add('images_not_allowed', path, 'images are not allowed here');
    return;
  }
  check.images += 1;
  if (check.images === MAX_IMAGES + 1)
    rejections.add('too_many_images', path, `more than ${MAX_IMAGES} images in the row`);
  const image = part['image_url'];
  if (!isObject(image)) {
    rejections.add('data_type', `${path}.image_url`, `image_url is ${typeName(image)}, it must be an object`);
    return;
  }
  const { url, detail } = image;
  if (detail !== undefined && !(typeof detail === 'string' && DETAILS.includes(detail)))
    rejections.add(
      'invalid_image_detail',
      `${path}.image_url.detail`,
      `detail must be one of ${DETAILS.join(', ')}`,
    );
  if (typeof url !== 'string')
    rejections.add('data_type', `${path}.image_url.url`, `url is ${typeName(url)}, it must be a string`);
  else if (url.startsWith('data:')) checkDataUri(url, `${path}.image_url.url`, check);
  else if (url.length > MAX_URL_CHARS || !url.startsWith('https://') || !URL.canParse(url))
    rejections.add(
      'invalid_image_url',
      `${path}.image_url.url`,
      `neither an https URL of at most ${MAX_URL_CHARS} characters nor a data URI`,
    );
}

const PREFIX = /^data:image\/(jpeg|jpg|png|webp);base64,/;
/** Longer than any prefix that is taken. */
const PREFIX_CHARS = 32;
/** Enough to tell the formats apart, and a whole number of base64 groups. */
const MAGIC_CHARS = 24;

function checkDataUri(uri: string, path: string, { rejections }: RowCheck): void {
  const [prefix, format] = PREFIX.exec(uri.slice(0, PREFIX_CHARS)) ?? [];
  if (prefix === undefined || format === undefined) {
    rejections.add(
      uri.startsWith('data:image/') ? 'invalid_image_format' : 'invalid_image_url',
      path,
      'not a data URI of image/jpeg, image/png or image/webp in base64',
    );
    return;
  }
  const data = uri.slice(prefix.length);
  if (data.length % 4 !== 0 || !isBase64(data)) {
    rejections.add('invalid_image_url', path, 'the data are not base64 with padding');
    return;
  }
  const lengthBytes = (data.length / 4) * 3 - (data.endsWith('==') ? 2 : data.endsWith('=') ? 1 : 0);
  if (lengthBytes > MAX_IMAGE_BYTES)
    rejections.add('image_too_large', path, `${lengthBytes} bytes, allowed: ${MAX_IMAGE_BYTES}`);
  const found = imageFormat(Buffer.from(data.slice(0, MAGIC_CHARS), 'base64'));
  if (found !== (format === 'jpg' ? 'jpeg' : format))
    rejections.add(
      'invalid_image_format',
      path,
      found === undefined
        ? 'the data are no JPEG, PNG or WEBP image'
        : 'the data are an image of another format than the media type says',
    );
}

/** By the bytes that files of a format start with. */
function imageFormat(bytes: Buffer): 'jpeg' | 'png' | 'webp' | undefined {
  if (bytes.subarray(0, 3).equals(Buffer.of(0xff, 0xd8, 0xff))) return 'jpeg';
  if (bytes.subarray(0, 8).equals(Buffer.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a))) return 'png';
  if (bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP') return 'webp';
  return undefined;
}

/**
 * With padding or without. Searched for what must not be there: a pattern for the whole would remember a step for
 * each of millions of characters, and run out of room.
 */
export function isBase64(data: string): boolean {
  const body = data.replace(/={1,2}$/, '');
  return body.length > 0 && !/[^A-Za-z0-9+/]/.test(body);
}
