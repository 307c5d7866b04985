/**
 * What words mean to a number beside them, in the most spoken languages of Europe and Asia. `calling`: what somebody is
 * reached at. `ringing`: what one does with it. `counting`: what else has numbers.
 */
export type Meaning = 'calling' | 'ringing' | 'paying' | 'social' | 'network' | 'version' | 'counting';

const folded = new Map<string, string>();

/** Lower case, without accents, each code unit for itself: as long as it was, so that one spelling of a word is enough. */
export function fold(text: string): string {
  const lower = text.toLowerCase();
  if (!/[^\0-\x7f]/.test(lower)) return lower;
  const same =
    lower.length === text.length
      ? lower
      : text.replace(/[^\0-\x7f]/g, (char) => char.toLowerCase().charAt(0));
  return same.replace(/[^\0-\x7f]/g, foldedChar);
}

function foldedChar(char: string): string {
  const known = folded.get(char);
  if (known !== undefined) return known;
  // Korean syllables would come apart.
  const plain = char >= '\uac00' && char <= '\ud7af' ? char : char.normalize('NFD').charAt(0);
  folded.set(char, plain);
  return plain;
}

/** As it is met in a text that was brought to plain form: that has no marks. */
export const asMet = (words: string): string => fold(words.normalize('NFC').replace(/\p{M}/gu, ''));

const WORDS: Readonly<Record<Meaning, string>> = {
  calling: `
    phone phones telephone telephones telephonenumber phonenumber tel ph mobile mobilephone cellphone cellular fax facsimile landline hotline
    whatsapp viber msisdn pager voicemail
    telefon telefonnummer handy handynummer mobil mobilnummer mobiltelefon festnetz rufnummer faxnummer durchwahl
    telephone tél téléphone téléphones portable fixe télécopie télécopieur
    teléfono teléfonos móvil celular telefone telemóvel fone telefono cellulare recapito
    telefoon telefoonnummer mobiel gsm telefonu telefonul telefonum telefonunuz komórka komórkowy komórkę
    cep faks tlf tlfn mobiltelefonnummer puhelin matkapuhelin telefonszám mobilní telefonní
    телефон телефона телефону телефоны телефоном тел моб мобильный мобильного мобильному мобильник сотовый сотового факс
    мобільний мобільного вотсап ватсап τηλέφωνο τηλ κινητό φαξ
    هاتف هاتفي الهاتف هاتفك تليفون تلفون التلفون جوال الجوال جوالي موبايل محمول المحمول فاكس واتساب تلفن موبایل فون موبائل
    טלפון נייד פקס फ़ोन फोन मोबाइल टेलीफोन दूरभाष फैक्स ফোন মোবাইল টেলিফোন ফ্যাক্স
    தொலைபேசி மொபைல் ఫోన్ మొబైల్ thoại sđt telepon telpon ponsel seluler`,
  ringing: `
    call calling ring rang dial dialed dialled dialing reach reached cell contact answering callback sms texted caller rings
    anrufen anruf ruf rufen rückruf zurückrufen erreichbar erreichen erreichst
    appelez appelle appeler rappelez rappeler rappelle joignable joindre contactez contacter
    llámame llámeme llámenos llamar llame llama llamada llamarme llámanos contáctame contacto marcar marque
    ligue liguem liga ligar contato chiamami chiamatemi chiamare chiama chiamate contattami
    bel belt bellen bereikbaar zadzwoń zadzwonić dzwoń dzwonić dzwonić kontakt sunați sunaţi suna sună apelați
    ara arayın arayabilirsiniz ulaşın ringa soita hívjon volejte
    звоните позвоните звонить позвони перезвоните звони телефонуйте дзвоніть подзвоніть зателефонуйте передзвоніть
    numaram رقمي καλέστε κάλεσέ اتصل اتصلوا اتصلي تماس رابطہ کال कॉल संपर्क কল gọi hubungi`,
  paying: `
    card cards cardnumber visa mastercard maestro amex express discover jcb diners unionpay credit debit charge charged payment paid pan cc
    karte kreditkarte kreditkartennummer kartennummer kredit carte bancaire tarjeta tarjetas crédito débito cartão carta
    creditcard kaart karta kartę karty kartı kart kartımın cardul карта карты карте картой картку картка κάρτα
    بطاقة بطاقتي البطاقة کارت کارڈ कार्ड কার্ড kartu`,
  social: 'ssn social itin sozialversicherungsnummer',
  network: 'ip ips ipv4 ipv host hostname server gateway login addr ping ssh remote client adresse',
  version: `
    version versions ver release releases firmware section sections chapter clause paragraph revision rev driver oid
    abschnitt kapitel versione versión versão sección capítulo wersja versiune sürüm версия версии раздел έκδοση chapitre rfc`,
  counting: `
    order orders invoice ticket tickets case account acct tracking reference ref booking policy serial part sku id ids isbn issn ean upc
    patent build page pages pp vol volume line lines row rows column port pid tid commit seq sequence offset index size total totals count
    sum amount balance price cost costs revenue population distance width height year years zip postcode postal item model product lot
    batch vin imei iccid uuid guid hash timestamp epoch seed bytes parcel shipment flight train bus claim contract customer member
    bestellung bestellnummer rechnung rechnungsnummer kundennummer auftrag auftragsnummer vorgang konto kontonummer plz
    commande facture dossier compte colis pedido factura cuenta expediente ordine fattura conto encomenda conta
    bestelling factuur rekening zamówienie zamówienia faktura konto comanda factură sipariş fatura hesap
    заказ заказа заказу счёт счета накладная замовлення рахунок παραγγελία طلب الطلب فاتورة سفارش आदेश ऑर्डर অর্ডার pesanan`,
};

/** Of scripts that write words without spaces, or with what belongs to them: found anywhere in a run of letters. */
const INSIDE: readonly (readonly [Meaning, readonly string[]])[] = [
  [
    'calling',
    '电话 電話 手机 手機 联系方式 聯絡電話 座机 传真 傳真 携帯 ケータイ ファックス ファクス 전화 핸드폰 휴대폰 휴대전화 연락처 팩스 โทรศัพท์ โทร มือถือ เบอร์'.split(
      ' ',
    ),
  ],
  ['ringing', '致电 拨打 打给 연락'.split(' ')],
  ['paying', '信用卡 银行卡 卡号 卡號 カード 카드 บัตร'.split(' ')],
  ['version', '版本 バージョン 버전'.split(' ')],
  ['counting', '订单 訂單 单号 编号 編號 账号 注文 発注 伝票 주문 송장 계좌'.split(' ')],
];

/** They stand between a word and its number and change nothing. */
export const NEUTRAL: ReadonlySet<string> = new Set(
  asMet(
    `is was are at on in of or and to by via me us him her my your our his its the no nos nr nro num num number please pls now also under instead
    up again back new old up it be code value direct main app para ist lautet unter auf mich mir uns am der die das und oder bitte
    est au sur le la les moi mon ma ou et numéro es al el mi su por favor en número del me um ao o meu numero è il mio aan op mijn is het
    to na pod mój mi la meu este bu мне по на мой номер это або και ή στο هو على في رقم شماره نمبر पर है नंबर নম্বর এ number nummer numer numeru numerem nomor saya номеру номера номером номері numărul numaralı`,
  ).split(/\s+/),
);

/** What a count is followed by. */
export const UNITS: ReadonlySet<string> = new Set(
  asMet(
    `times bytes kb mb gb ms sec secs second seconds minute minutes min hour hours day days week weeks month months year years km cm mm kg
    people users requests units rows tokens items visitors points dollars euros pounds miles meters metres steps records lines books pages
    tickets seats usd eur gbp inr rub yen percent degrees million billion views customers files samples € $ £ ¥ ₹ %
    mal stück euro stunden tage personnes fois jours personas veces días volte giorni persone vezes dias раз рублей человек штук`,
  ).split(/\s+/),
);

/** By the second of two words where neither says it alone, the first: text me, picks up, my number. */
const PAIRS: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  [
    ...['me', 'us', 'him', 'her', 'them'].map((whom) => [whom, 'text'] as const),
    ['up', 'picks'] as const,
    ['app', 'whats'] as const,
    ['meu', 'numărul numarul'] as const,
    ['saya', 'nomor'] as const,
    ['number', 'my his her your their our'] as const,
    ...[
      'nummer meine mijn mitt min',
      'numero mon mi mio meu',
      'numer moj',
      'номер мои мій',
      'numaram benim',
    ].map((pair) => {
      const [second = '', ...first] = asMet(pair).split(' ');
      return [second, first.join(' ')] as const;
    }),
  ].map(([second, first]) => [second, new Set(first.split(' '))]),
);

const MEANINGS: ReadonlyMap<string, Meaning> = new Map(
  (Object.keys(WORDS) as Meaning[])
    .flatMap((meaning) =>
      asMet(WORDS[meaning])
        .trim()
        .split(/\s+/)
        .map((word) => [word, meaning] as const),
    )
    // The first meaning of a word is its meaning.
    .reverse(),
);
const MEANINGS_INSIDE = INSIDE.flatMap(([meaning, words]) =>
  words.map((word) => [asMet(word), meaning] as const),
);
const FIRST_UNSPACED = 0xe00;
const UNSPACED = /[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]/;

/** Of a word that is folded, and the next. */
export function meaningOf(word: string, next: string): Meaning | null {
  const meaning = MEANINGS.get(word);
  if (meaning !== undefined) return meaning;
  if (PAIRS.get(next)?.has(word) === true) return 'ringing';
  return word.charCodeAt(word.length - 1) >= FIRST_UNSPACED && UNSPACED.test(word)
    ? meaningInside(word)
    : null;
}

/** The last that is said. */
function meaningInside(run: string): Meaning | null {
  let last = -1;
  let found: Meaning | null = null;
  for (const [word, meaning] of MEANINGS_INSIDE) {
    const at = run.lastIndexOf(word);
    if (at > last) [last, found] = [at, meaning];
  }
  return found;
}
