import { checkImage } from './images.ts';
import type { Role } from './row.ts';
import type { RowCheck } from './rules.ts';
import { checkKeys, isObject, typeName, type JsonObject } from './shape.ts';

const PART_KEYS = {
  text: new Set(['type', 'text']),
  refusal: new Set(['type', 'refusal']),
  image_url: new Set(['type', 'image_url']),
};
type PartType = keyof typeof PART_KEYS;

/** The role that has a part of a type to itself. */
const OWNER: Partial<Record<PartType, Role>> = { refusal: 'assistant', image_url: 'user' };

/** @param role undefined where it is not known: then what any role may have is allowed */
export function checkContent(
  message: JsonObject,
  role: Role | undefined,
  path: string,
  check: RowCheck,
): void {
  const content = message['content'];
  const at = `${path}.content`;
  const { rejections } = check;
  if (typeof content === 'string') {
    if (isBlank(content) && !mayBeEmpty(message, role))
      rejections.add('empty_content', at, 'the content is empty');
  } else if (Array.isArray(content)) {
    if (content.length === 0) rejections.add('empty_content', at, 'the list of content parts is empty');
    content.forEach((part, index) => checkPart(part, role, `${at}[${index}]`, check));
  } else if (content === undefined || content === null) {
    if (role !== 'assistant' || !callsTool(message))
      rejections.add('missing_content', at, 'there is no content; a string or a list of parts is needed');
  } else
    rejections.add('data_type', at, `the content is ${typeName(content)}, it must be a string or a list`);
}

/** A call of a tool stands for the text. */
const callsTool = (message: JsonObject): boolean => Array.isArray(message['tool_calls']);

/** Tools may have nothing to say, and assistants who call them. */
const mayBeEmpty = (message: JsonObject, role: Role | undefined): boolean =>
  role === 'tool' || (role === 'assistant' && callsTool(message));

function checkPart(part: unknown, role: Role | undefined, path: string, check: RowCheck): void {
  const { rejections } = check;
  if (!isObject(part)) {
    rejections.add('data_type', path, `the part is ${typeName(part)}, it must be an object`);
    return;
  }
  const { type } = part;
  if (typeof type !== 'string' || !isPartType(type)) {
    rejections.add(
      'unsupported_content_part',
      `${path}.type`,
      `the type of the part must be one of ${Object.keys(PART_KEYS).join(', ')}`,
    );
    return;
  }
  checkKeys(part, PART_KEYS[type], 'message_unrecognized_key', path, check);
  const owner = OWNER[type];
  if (owner !== undefined && role !== undefined && role !== owner)
    rejections.add(
      'content_part_not_allowed_for_role',
      path,
      `parts of the type ${type} are allowed in ${owner} messages only`,
    );
  else if (type === 'image_url') checkImage(part, path, check);
  else checkText(part[type], `${path}.${type}`, check);
}

function checkText(text: unknown, path: string, { rejections }: RowCheck): void {
  if (typeof text !== 'string')
    rejections.add('data_type', path, `the text is ${typeName(text)}, it must be a string`);
  else if (isBlank(text)) rejections.add('empty_content', path, 'the text is empty');
}

const isPartType = (type: string): type is PartType => Object.hasOwn(PART_KEYS, type);

/** Most texts are told by their first character, and need no trimmed copy. */
export const isBlank = (text: string): boolean =>
  text.charCodeAt(0) <= 0x20 || text.charCodeAt(0) > 0x7f ? text.trim() === '' : text === '';
