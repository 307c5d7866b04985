import { matches } from './matching.ts';
import type { Rule, Span } from './types.ts';

const rule = (hint: RegExp, pattern: RegExp): Rule => ({ type: 'INJECTION', hint, find: matches(pattern) });

const IGNORE =
  "ignore|disregard|forget|override|bypass|neglect|skip|do not follow|don['’]t follow|stop following";
const RULES =
  'instructions?|prompts?|rules|guidelines|directives|commands|directions|context|training|constraints|restrictions';

export const FORGET = new RegExp(
  `\\b(?:${IGNORE})(?: (?:all|any|every|each|the|of|your|my|these|those|everything|about|to)){0,4} (?:(?:previous|prior|above|earlier|preceding|foregoing|initial|original|system|existing|current|safety|content)(?: (?:and|or|system|safety|content|previous))? ){0,2}(?:${RULES})\\b`,
  'gi',
);
/** The same in other languages. */
export const FORGET_ELSEWHERE = new RegExp(
  [
    '(?:ignorier\\w{0,4}|vergiss|missachte\\w{0,3})(?: sie)?(?: (?:alle|die|deine|ihre|bisherigen|vorherigen|obigen|vorigen|vorangegangenen)){1,4} (?:anweisungen|regeln|instruktionen|befehle|vorgaben)',
    '(?:ignore[rz]?|oublie[rz]?)(?: (?:toutes|tous|les|vos|tes|des)){1,3} (?:instructions|consignes|règles|directives)(?: précédentes| antérieures| ci-dessus)?',
    '(?:ignora|ignore|olvida|olvide)(?: (?:todas|las|tus|sus|todo)){1,3} (?:instrucciones|reglas|indicaciones|órdenes)(?: anteriores| previas)?',
    '(?:ignora|dimentica)(?: (?:tutte|le|tue|tutti|i)){1,3} (?:istruzioni|regole|indicazioni)(?: precedenti)?',
    '(?:ignore|esqueça|esqueca)(?: (?:todas|as|suas|tuas)){1,3} (?:instruções|instrucoes|regras)(?: anteriores)?',
    '(?:negeer|vergeet)(?: (?:alle|de|je|uw|vorige|eerdere|bovenstaande)){1,4} (?:instructies|regels|opdrachten)',
    '(?:zignoruj|zapomnij)(?: (?:wszystkie|poprzednie|o)){1,3} (?:instrukcje|polecenia|zasady)',
    '(?:игнорируй(?:те)?|проигнорируй(?:те)?|забудь(?:те)?)(?: (?:все|предыдущие|прежние|свои|вс[её])){1,3} (?:инструкции|указания|правила|команды)',
    '(?:忽略|无视|無視|忘记|忘記)(?:所有|全部|你|之前|以前|先前|上面|以上|前面|的|一切){1,6}(?:指令|指示|提示|规则|規則|说明|要求)',
    '(?:これまで|以前|上記|前)の(?:すべての|全ての)?(?:指示|命令|ルール)を(?:すべて)?(?:無視|忘れ)',
    '(?:이전|위의|모든|앞선)(?: (?:모든|지시|이전))? ?(?:지시|명령|규칙)(?:사항)?(?:을|를)? ?(?:모두 )?무시',
    'تجاهل (?:جميع |كل )?(?:التعليمات|الأوامر)(?: السابقة)?',
    'पिछले (?:सभी )?निर्देशों को (?:अनदेखा|नज़रअंदाज़)',
  ].join('|'),
  'giu',
);

/** Orders to the model where only a customer should speak. */
export const INJECTION_RULES: readonly Rule[] = [
  // Forget what you were told.
  rule(/ignor|disregard|forget|overrid|bypass|neglect|skip|follow/i, FORGET),
  rule(
    /ignor|disregard|forget/i,
    /\b(?:ignore|disregard|forget) (?:all |everything )?(?:of )?(?:that |what )?(?:(?:was |is )?(?:above|before|previous)|you (?:were|have been) told|i (?:said|told you) before)\b/gi,
  ),
  rule(
    /ignor|vergiss|oubli|olvid|dimentica|esque[çc]|negeer|zignoruj|игнорир|забудь|忽略|无视|無視|무시|تجاهل|अनदेखा/i,
    FORGET_ELSEWHERE,
  ),
  // Say what you were told.
  rule(
    /prompt|instruction|rules|nstruk|anweisung|consigne|提示/i,
    /\b(?:reveal|show|print|repeat|output|display|leak|expose|disclose|reproduce|dump|recite|tell me|give me|write out|what (?:is|are|was|were))(?: (?:me|us|out|back|verbatim|all|of|the|your|full|entire|exact|complete|hidden|secret|internal|initial|original|text)){1,6} (?:system (?:prompt|message|instructions?)|(?:initial|hidden|secret|original|internal) (?:prompt|instructions?|rules)|prompt verbatim|developer message)\b/gi,
  ),
  rule(
    /system.?prompt|above|verbatim/i,
    /\brepeat (?:the (?:words|text|everything)|everything|all (?:the )?text) (?:above|before this)\b/gi,
  ),
  rule(
    /systemprompt|system-prompt|prompt (?:du |de |del )?s[iy]st/i,
    /\b(?:zeige?|nenne|verrate|gib)(?: mir)? (?:deinen|den|ihren) system-?prompt\b|\b(?:révèle|montre|affiche|muestra|revela|mostra)(?:-moi|me|mi)? (?:ton|votre|le|tu|su|el|il tuo) prompt (?:du |de |del |di )?s[iy]st[eèé]ma?\b/giu,
  ),
  // Role tags and the tokens of chat templates.
  rule(
    /<\||\[\/?INST\]|<<\/?SYS>>|<\/?(?:start|end)_of_turn>|<\/?s>|###/i,
    /<\|(?:im_start|im_end|im_sep|endoftext|endofprompt|system|user|assistant|start_header_id|end_header_id|eot_id|eom_id|begin_of_text|python_tag|channel|message|return|call|start|end|tool_call)\|>|\[\/?INST\]|<<\/?SYS>>|<\/?(?:start|end)_of_turn>|###? ?(?:system|instruction|assistant) ?:|### (?:system|instruction)s?\s/gi,
  ),
  rule(
    /<\/?(?:system|developer|assistant|tool)/i,
    /<\/?(?:system|developer|assistant|instructions?|tool_(?:call|result|response)|function_(?:call|calls|results)|antml:[a-z_]{1,20}|system[-_](?:prompt|reminder|message))>/gi,
  ),
  rule(
    /(?:system|assistant|developer)\s?:/i,
    /(?:^|\n)\s{0,8}(?:system|developer|assistant) ?: ?(?:you (?:are|must|will|should|can)|ignore|new|from now|override)\b/gi,
  ),
  rule(
    /\[\s?system/i,
    /\[ ?(?:system|developer|admin)(?: (?:message|override|note|prompt|instruction|update))? ?(?:\]|:)/gi,
  ),
  // Be somebody else.
  rule(
    /you are now|from now on|act as|pretend|jailbreak|developer mode|\bDAN\b|roleplay|no restrictions|unfiltered/i,
    /\b(?:you are now|from now on,? you (?:are|will|must|act)|act as|pretend (?:to be|you are|that you are)|roleplay as) (?:an? |the )?(?:DAN\b|jailbroken|unrestricted|unfiltered|uncensored|evil|different (?:ai|assistant|model)|(?:ai|assistant|model|bot|chatbot)[^.\n]{0,20} (?:without|with no|that (?:has|have) no|free (?:of|from)) (?:any )?(?:restrictions|rules|limits|filters|guidelines)|in developer mode|the system administrator)\b|\b(?:enable|enter|activate|switch to) (?:developer|debug|god|dan|jailbreak|admin|unrestricted) mode\b|\bdo anything now\b|\byou are now (?:in )?(?:developer mode|dan)\b/gi,
  ),
  rule(
    /new|updated|real/i,
    /\b(?:your|here are (?:your|the)) (?:new|updated|real|actual|true) (?:system )?(?:instructions?|rules|prompt|task|objective|directive)(?: (?:is|are)\b| ?:)/gi,
  ),
  // Use a tool for me, quietly.
  rule(
    /without (?:telling|asking|informing|notifying)|tool|function|exfiltrat|send|forward|!\[/i,
    /\b(?:call|use|invoke|execute|run|trigger) (?:the |your |a )?[\w.-]{1,40} (?:tool|function|plugin|api|command)\b[^.\n]{0,80}\b(?:without (?:telling|asking|informing|notifying|confirm)|do not (?:tell|inform|mention|ask)|don['’]t (?:tell|inform|mention)|secretly|silently)\b|\b(?:send|forward|post|exfiltrate|upload|email|leak) (?:all |the |this |your |any |every |entire |whole |full |user(?:['’]s)? |customer |previous ){1,5}(?:conversations?|chat(?: history)?|history|data|messages|credentials|secrets|system prompt|context|passwords|api keys?) to (?:https?:|www\.|the (?:url|address|server|following)|me\b|\S{1,64}@)/gi,
  ),
  rule(/!\[/, /!\[[^\][\n!]{0,40}\]\(https?:\/\/[^\s)?!]{1,200}\?[^\s)=!]{0,100}=(?:[{<[$]|%7B)/gi),
];

/** Tag characters spell words that a model reads and nobody sees; a few of them behind a black flag are the flag of a region. */
export function* hiddenText(text: string): Generator<Span> {
  if (!text.includes('\udb40')) return;
  for (const match of text.matchAll(/[\u{E0001}\u{E0020}-\u{E007F}]{1,2000}/gu))
    if (match[0].length > 14 || text.slice(match.index - 2, match.index) !== '\u{1F3F4}')
      yield [match.index, match.index + match[0].length];
}
