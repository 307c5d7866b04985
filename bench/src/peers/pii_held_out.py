"""Sentences with invented personal data that no rule was tuned on, by Faker and templates of its own; and what Presidio's pattern recognisers find in them.

usage: pii_held_out.py SEED COUNT; prints {"versions", "rows": [{"text", "spans": [[type, start, end]], "found": [[type, start, end]]}]}
"""

import json
import random
import re
import sys
from importlib.metadata import version

from faker import Faker
from presidio_analyzer.predefined_recognizers import (
    CreditCardRecognizer,
    EmailRecognizer,
    IbanRecognizer,
    IpRecognizer,
    PhoneRecognizer,
    UrlRecognizer,
    UsSsnRecognizer,
)

LOCALES = ["en_US", "en_GB", "de_DE", "fr_FR", "es_ES", "it_IT", "nl_NL", "sv_SE"]
RECOGNIZERS = {
    "CARD": CreditCardRecognizer(),
    "EMAIL": EmailRecognizer(),
    "IBAN": IbanRecognizer(),
    "IP": IpRecognizer(),
    "PHONE": PhoneRecognizer(),
    "URL": UrlRecognizer(),
    "SSN": UsSsnRecognizer(),
}
WITH_DATA = [
    "Hi, could you move my invoices to {EMAIL} from now on?",
    "{EMAIL} bounced twice this week, so try {PHONE} after lunch.",
    "Nobody picks up at {PHONE}; is that the number you have on file?",
    "the courier rang {PHONE} instead of {PHONE}, twice",
    "Card {CARD} was declined in Lisbon although there is money on it.",
    "I was charged twice on {CARD} and once on {CARD}!!",
    "Please send the refund to {IBAN}.",
    "IBAN: {IBAN} / mail: {EMAIL} / tel: {PHONE}",
    "Ticket 48213: login from {IP} refused, from {IP} it works.",
    "ssh says host {IP} is unreachable since the 14th",
    "HR wants my SSN again, it is {SSN}.",
    "my social ({SSN}) is misspelt on the form, the rest is right",
    "I found the form on {URL} but the button does nothing.",
    "See {URL} (the second paragraph), then mail {EMAIL}.",
    "old phone {PHONE}\nnew phone {PHONE}\nsame address as before",
    "Caller left {PHONE}, reason: card {CARD} stolen, wants a new one",
]
WITHOUT = [
    "Order {n9} from 2025-03-{d2} has {d1} items at {d2}.{d2} each.",
    "The part number is {d3}-{d4}-{d3}, revision {d1}.{d1}.{d2}.",
    "Version {d1}.{d2}.{d1} broke what {d1}.{d2}.{d1} had fixed.",
    "It took from 14:{d2} to 15:{d2} and cost 1{d3}.{d2} in the end.",
    "My ticket {d4}{d4} is open since week {d2}; the one before, {d4}{d4}{d4}, was closed.",
    "The meter shows {d3} {d3} {d3} now, last year it was {d3} {d3} {d2}.",
    "Train {d4} leaves on track {d2} at {d2}:{d2}, seats {d2}-{d2}.",
    "We need {d2},{d3} units by Q{d1} and {d3} more by 0{d1}/0{d1}/2026.",
]
FIELD = re.compile(r"\{(\w+)\}")


def main():
    seed, count = map(int, sys.argv[1:])
    rng = random.Random(seed)
    fakers = {locale: Faker(locale) for locale in LOCALES}
    for faker in fakers.values():
        faker.seed_instance(rng.getrandbits(32))

    def value(kind):
        faker = fakers[rng.choice(LOCALES)]
        if kind == "EMAIL":
            return faker.email()
        if kind == "PHONE":
            return faker.phone_number()
        if kind == "CARD":
            number = faker.credit_card_number()
            return number if rng.random() < 0.5 else re.sub(r"(\d{4})(?=\d)", r"\1 ", number)
        if kind == "IBAN":
            number = faker.iban()
            return number if rng.random() < 0.5 else re.sub(r"(.{4})(?=.)", r"\1 ", number)
        if kind == "IP":
            return faker.ipv4() if rng.random() < 0.7 else faker.ipv6()
        if kind == "SSN":
            return fakers["en_US"].ssn()
        if kind == "URL":
            return rng.choice([faker.url, faker.uri, faker.domain_name])()
        return "".join(rng.choice("0123456789") for _ in range(int(kind[1:])))

    rows = []
    for at in range(count):
        template = rng.choice(WITH_DATA if at % 3 else WITHOUT)
        text, spans, end = "", [], 0
        for match in FIELD.finditer(template):
            text += template[end : match.start()]
            made = value(match[1])
            if match[1] in RECOGNIZERS:
                spans.append([match[1], len(text), len(text) + len(made)])
            text += made
            end = match.end()
        text += template[end:]
        found = [
            [kind, result.start, result.end]
            for kind, recognizer in RECOGNIZERS.items()
            for result in recognizer.analyze(text, recognizer.supported_entities, None) or []
        ]
        rows.append({"text": text, "spans": spans, "found": found})
    versions = {name: version(name) for name in ("faker", "presidio-analyzer")}
    json.dump({"versions": versions, "rows": rows}, sys.stdout)


main()
