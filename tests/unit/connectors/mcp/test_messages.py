import json
import random

from connectors.mcp.messages import Events


def test_a_stream_in_any_pieces_and_line_ends():
    draw = random.Random(7)  # noqa: S311  pieces of a stream
    answer = {"jsonrpc": "2.0", "id": 3, "result": {"a": "é\u2028\n"}}
    for end in ("\n", "\r\n", "\r"):
        lines = ["\ufeff: hello", "id: 4", "event: message", "retry: 20", "", "event: other", "data: {}", "",
                 *(f"data:{line}" for line in json.dumps(answer, indent=1, ensure_ascii=False).split("\n")), "", ""]
        whole = end.join(lines).encode()
        for _ in range(50):
            events, data, at = Events(3, lambda message: None), bytearray(), 0
            while at < len(whole):
                step = draw.randint(1, 9)
                data += whole[at:at + step]
                at += step
                if events.enough(200, {"content-type": "text/event-stream; charset=utf-8"}, data):
                    break
            data += b":"
            events.enough(200, {"content-type": "text/event-stream"}, data)
            assert (events.answer, events.last, events.retry) == (answer, "4", 20)
