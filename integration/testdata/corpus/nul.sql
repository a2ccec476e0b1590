# NUL bytes in the text of a statement.
CREATE TABLE n(a)
{"sql": "SELECT 1\u0000", "params": []}
{"sql": "SELECT 1\u0000garbage", "params": []}
{"sql": "\u0000SELECT 1", "params": []}
{"sql": "SELECT 'a\u0000b'", "params": []}
{"sql": "SELECT 1 -- \u0000\nAS x", "params": []}
