/**
 * Words that say what stands behind or before them, in the languages that most people of Europe and Asia speak.
 * `words` are whole; `stems` begin one, for languages that inflect; `inside` may stand anywhere in one, for scripts without spaces and
 * for particles that are written to the word. All are kept as `normalise` leaves a text: without combining marks.
 */
export interface Vocabulary {
  readonly words: ReadonlySet<string>;
  readonly stems: readonly string[];
  readonly inside: readonly string[];
}

/** What `normalise` leaves out of a text. */
const MARKS = /\p{M}/gu;

export const wordList = (text: string): readonly string[] =>
  text.split(/\s+/).flatMap((word) => (word === '' ? [] : [word.replace(MARKS, '')]));

export const vocabulary = (words: string, stems = '', inside = ''): Vocabulary => ({
  words: new Set(wordList(words)),
  stems: wordList(stems),
  inside: wordList(inside),
});

const SPACELESS =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Arabic}]/u;

/** Where in a lower-case word the vocabulary's part of it begins; -1 when it has none. */
export function indexIn({ words, stems, inside }: Vocabulary, word: string): number {
  if (words.has(word)) return 0;
  if (stems.some((stem) => word.startsWith(stem))) return 0;
  if (!SPACELESS.test(word)) return -1;
  return Math.max(-1, ...inside.map((part) => word.lastIndexOf(part)));
}

/** Nouns: what stands behind them is a telephone number. */
export const PHONE_WORDS = vocabulary(
  `phone phones telephone tel tele mob mobile cell cellphone landline fax facsimile telefax whatsapp whatsup viber sms hotline helpline
  caller callback reachable switchboard voicemail pager sim whats ph tlf tfno fono handy mobil handynr festnetz durchwahl rückruf mobiel gsm natel puhelin
  tél portable télécopie télécopieur móvil movil celular cel fijo cellulare recapito telemóvel telemovel komórka komórkowy stacjonarny
  faks nohp handphone ponsel đt sđt فون موبائل फोन फ़ोन मोबाइल दूरभाष टेलीफोन व्हाट्सएप फैक्स ফোন মোবাইল ফ্যাক্স ਫੋਨ ਮੋਬਾਈਲ தொலைபேசி கைபேசி ఫోన్ మొబైల్`,
  `telefon telefoon teléfon téléphon telephon rufnummer handynummer mobilnummer mobilfunk telepon telpon
  телефон тел мобильн мобільн сотов факс вотсап ватсап вайбер τηλ τηλέφων κινητ φαξ`,
  `电话 電話 手机 手機 座机 座機 热线 熱線 传真 傳真 微信 携帯 ケータイ ファックス ファクス ファクシミリ 연락처 전화 휴대폰 핸드폰 팩스 폰번호
  هاتف جوال موبايل محمول تلفون تليفون تلفن فاكس فکس واتساب โทร มือถือ แฟกซ์`,
);

/** What people do with a telephone; other numbers may stand behind these, too. */
export const CALL_WORDS = vocabulary(
  `receptionist operator dispatcher call calling dial dialing dialling phoning texting answering contact contacts ring
  anrufen anruf anruft ruf rufe rufen anrufst erreichbar erreichen wählen kontakt bel bellen belt bereikbaar ringa
  appeler appelez appelle rappeler rappelez rappelle joindre joignable contacter contactez
  llamar llame llama llámame llámeme llámenos llámanos llamame llameme llámalo llámala llamarme marcar marque contactar contacto
  chiamare chiamami chiamate chiama chiamaci chiamatemi contattare contattami contatto ligue ligar contatar contato contacte
  zadzwoń zadzwonić dzwonić dzwoń sună sunați sunati apelați arayın arayabilirsiniz arayabilirsin ulaşabilirsiniz hubungi gọi
  تماس زنگ کال رابطہ कॉल संपर्क কল যোগাযোগ ਕਾਲ அழை కాల్`,
  `звон позвон перезвон набери дозвон дзвон зателефонуй подзвон καλέσ`,
  `致电 致電 拨打 撥打 联系 聯繫 聯絡 联络 打给 打我 連絡 연락 통화 اتصل الاتصال ติดต่อ`,
);

/** These call somebody only with the word behind them: “text me”, “reach us at”, “a message from”. */
export const CALL_SOMEBODY = vocabulary(
  'text texts texted reach reached ring rang message messages whatsapp contact contacted called phoned',
);
export const SOMEBODY = vocabulary('me us him her them at from mig');
/** `My number` is nothing else; `the number` may be any. */
export const SOMEBODYS = vocabulary(
  `my his her our their your new old whose mein meine meiner meinem unsere ihre seine mon ma notre votre son mi nuestro su mio mia nostro suo
  meu minha nosso seu mijn ons onze mój moj nasz moja numărul meu мой наш benim saya`,
);
export const NUMBER_WORDS = vocabulary(
  'number numbers nummer numéro numero número numer номер numaram numaramız nomor',
);
/** What stands before these is not what the number is of: “the code was sent to”. */
export const APART = vocabulary('to from at on under via');

/** May stand between such a word and its number. */
export const FILLERS = vocabulary(
  `is are was be will changed now at on from to under via by using with through or also it its s the a an my our his her their your me us him them i
  number numbers no nos nr num n o direct office home work main new current primary secondary personal private business support
  emergency free still app toll anytime either here only just please if need below
  ist sind lautet unter der die das dem den mein meine meiner meinem unsere ihre seine nummer mich uns dich an auf oder bitte privat dienstlich
  est au à a le la les sur mon ma mes notre nos votre son sa moi nous numéro numero du de des ou svp suivant suis
  es al el en mi mis su sus nos número núm del por favor los lo ai il allo mio mia nostro suo sul è ao meu minha nosso seu para pelo
  op het mijn ons onze nummer naar of pod numer numerem numeru mój mojego nasz jest do na lub to e numărul meu nostru este
  номер номеру номера по на мой моя мне нам нас наш это или мій або στο το μου μας είναι αριθμό αριθμός σε ve numaram numaramız numarası
  numarayı benim nomor saya kami ini di ke số của tôi là رقم رقمي على هو لي لنا بي نمبر میرا شماره من است नंबर नम्बर मेरा मेरे पर है নম্বর আমার`,
  '',
  `号码 号碼 號碼 番号 번호 เบอร์`,
);

/** What is counted, ordered, filed or measured: a number behind these is theirs. */
export const COUNTED = vocabulary(
  `customer member employee student passport order orders invoice invoices ticket tickets case cases account accounts acct tracking shipment parcel package reference ref booking
  reservation confirmation policy claim serial sn part pn model sku isbn issn ean upc gtin asin doi imei id ids uid uuid pid tid key index
  idx record row line lines page pages pp section sections chapter article clause paragraph figure table item items product batch lot job
  task run build builds version release rev revision commit patch room gate flight train seat zip zipcode postcode postal plz cep cap code
  codes pin port year years date dated time timestamp epoch unix population total totals sum amount amounts revenue income price prices cost
  costs salary value values score scores result results equals difference step steps seed size length width height weight distance
  count counts bytes transaction transactions txn transfer payment patent license licence vin iban bic swift routing vat ein tin bond
  docket file bestellung bestellnummer rechnung rechnungsnummer auftrag auftragsnummer kundennummer vertrag vorgang aktenzeichen artikel
  postleitzahl seite seiten summe preis betrag commande facture dossier contrat référence colis prix montant pedido factura expediente
  contrato referencia paquete página precio importe ordine fattura pratica contratto pagina prezzo importo bestelling factuur fatura
  طلب فاتورة سفارش فاکتور ऑर्डर चालान encomenda preço valor zamówienie zamówienia faktura faktury strona cena kwota sipariş sayfa fiyat tutar comandă factură`,
  'заказ счет счёт договор накладн трек стран цен сумм замовл рахун',
  '订单 訂單 单号 單號 发票 發票 编号 編號 快递 价格 金额 注文 請求書 伝票 주문 송장 운송장',
);
