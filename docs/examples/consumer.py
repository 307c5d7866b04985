"""Reads FTM's events from Kafka, and prints each as a line of JSON.

    pip install -r requirements.txt
    python consumer.py --brokers 127.0.0.1:9092 --registry http://127.0.0.1:8081/apis/ccompat/v7 [--until-end]

It does what every consumer of the topic should do: it reads committed records only, skips technical ones, checks
that nothing is missing within a tenant, decodes with the schema that the record names, and commits its offsets
after the work is done.
"""

import argparse
import io
import json
import sys
import urllib.request

import fastavro
from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition

TECHNICAL_KEY = b"ftm/log"


class Schemas:
    """Writer schemas by id, asked for once."""

    def __init__(self, url):
        self._url = url.rstrip("/")
        self._by_id = {}

    def get(self, schema_id):
        if schema_id not in self._by_id:
            with urllib.request.urlopen(f"{self._url}/schemas/ids/{schema_id}", timeout=10) as answer:
                self._by_id[schema_id] = fastavro.parse_schema(json.loads(json.load(answer)["schema"]))
        return self._by_id[schema_id]


def decode(schemas, value):
    """The registry's framing: a zero byte, the schema's id in 4 bytes, Avro binary."""
    if value[0] != 0:
        raise ValueError("no registry framing")
    schema = schemas.get(int.from_bytes(value[1:5], "big"))
    return schema["name"], fastavro.schemaless_reader(io.BytesIO(value[5:]), schema)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--brokers", required=True)
    options.add_argument("--registry", required=True)
    options.add_argument("--topic", default="ftm.events.v1")
    options.add_argument("--group", default="example-consumer")
    options.add_argument("--until-end", action="store_true", help="end where the log ends now")
    given = options.parse_args()

    consumer = Consumer(
        {
            "bootstrap.servers": given.brokers,
            "group.id": given.group,
            # Without it, a client shows what aborted transactions wrote: events that never happened.
            "isolation.level": "read_committed",
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
            "enable.partition.eof": True,
        }
    )
    schemas = Schemas(given.registry)
    partitions = list(consumer.list_topics(given.topic, timeout=10).topics[given.topic].partitions)
    if given.until_end:
        consumer.assign([TopicPartition(given.topic, each, OFFSET_BEGINNING) for each in partitions])
    else:
        consumer.subscribe([given.topic])

    unread = set(partitions)
    newest = {}
    try:
        while unread or not given.until_end:
            message = consumer.poll(1.0)
            if message is None:
                continue
            if message.error():
                if message.error().name() != "_PARTITION_EOF":
                    raise RuntimeError(message.error())
                unread.discard(message.partition())
                continue
            if message.key() == TECHNICAL_KEY:
                continue
            tenant = message.key().decode()
            headers = {name: value.decode() for name, value in message.headers()}
            seq = int(headers["ftm_seq"])
            before = newest.get(tenant)
            if before is not None and (seq, headers["ftm_prev"]) != (before[0] + 1, before[1]):
                print(f"{tenant}: record {seq} does not continue {before[0]}", file=sys.stderr)
                continue
            newest[tenant] = (seq, headers["ftm_hash"])
            name, data = decode(schemas, message.value())
            line = {"tenant": tenant, "seq": seq, "type": headers["ce_type"], "schema": name, "headers": headers}
            print(json.dumps({**line, "data": data}, ensure_ascii=False), flush=True)
            if not given.until_end:
                consumer.commit(message, asynchronous=True)
    finally:
        consumer.close()


if __name__ == "__main__":
    main()
