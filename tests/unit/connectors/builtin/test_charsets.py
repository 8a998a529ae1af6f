import codecs

import pytest

from connectors.builtin import charsets
from connectors.builtin.charsets import decoded


@pytest.mark.parametrize(("charset", "data", "text"), [
    ("utf-8", b"\xc3\xb6", "\u00f6"), ("UTF8", b"\xc3\xb6", "\u00f6"), ("", b"\xc3\xb6\xff", "\u00f6\ufffd"),
    ("iso-8859-1", b"\xfc\x80", "\u00fc\u20ac"), ("us-ascii", b"a", "a"), ("windows-1251", b"\xcf", "\u041f"),
    ("shift_jis", b"\x83e", "\u30c6"), ("gbk", b"\xd6\xd0", "\u4e2d"), ("euc-kr", b"\xc7\xd1", "\ud55c"),
    ("big5", b"\xa4\xa4", "\u4e2d"), ("utf-16le", b"a\x00", "a"), ("koi8-r", b"\xc1", "\u0430"),
    ("iso-8859-15", b"\xa4", "\u20ac"), (" Latin1 ", b"\xfc", "\u00fc"), ("macintosh", b"\x8a", "\u00e4"),
])
def test_a_charset_of_the_web(charset, data, text):
    assert decoded(data, charset) == text


NO_CHARSETS = ["punycode", "idna", "unicode_escape", "raw_unicode_escape", "utf-7", "zlib", "bz2", "hex", "base64",
               "rot13", "uu", "quopri", "undefined", "mbcs", "oem", "utf-32", "cp037", "hz", "nonsense", "\u00fc",
               "x" * 100_000]


@pytest.mark.parametrize("charset", NO_CHARSETS, ids=lambda name: name[:20])
def test_any_other_is_taken_as_utf_8(charset):
    assert decoded(b"+AGE- \\u0041 bcher-kva \xc3\xb6", charset) == "+AGE- \\u0041 bcher-kva \u00f6"


def test_every_codec_of_the_list_is_one_that_decodes_text():
    for codec in set(charsets._CODECS.values()):
        assert codecs.lookup(codec)._is_text_encoding
        assert codecs.lookup(codec).name not in ("punycode", "idna", "unicode-escape", "raw-unicode-escape", "utf-7")
