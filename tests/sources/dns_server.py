"""A real name server on loopback, of dnspython: it answers for TXT records of made-up domains."""

import socket
import threading
from typing import Self

import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdatatype
import dns.rrset


class Names:
    """UDP, one datagram a question. `records` by name; `broken` answers SERVFAIL, `silent` nothing."""

    def __init__(self) -> None:
        self.records: dict[str, list[str]] = {}
        self.broken = False
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                data, who = self._socket.recvfrom(4_096)
            except OSError:
                return
            if not data:
                return
            question = dns.message.from_wire(data)
            self._socket.sendto(self._answer(question).to_wire(), who)

    def _answer(self, question: dns.message.Message) -> dns.message.Message:
        told = dns.message.make_response(question)
        told.flags |= dns.flags.AA | dns.flags.RA
        name = question.question[0].name
        found = self.records.get(name.to_text(omit_final_dot=True).lower())
        if self.broken:
            told.set_rcode(dns.rcode.SERVFAIL)
        elif found is None:
            told.set_rcode(dns.rcode.NXDOMAIN)
        elif found and question.question[0].rdtype == dns.rdatatype.TXT:
            quoted = [" ".join(f'"{part}"' for part in _parts(one)) for one in found]
            told.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", *quoted))
        return told

    def close(self) -> None:
        self._socket.sendto(b"", self._socket.getsockname())
        self._thread.join(5)
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _parts(text: str) -> list[str]:
    """A record is made of texts of at most 255 bytes."""
    return [text[i : i + 200] for i in range(0, len(text), 200)] or [""]
