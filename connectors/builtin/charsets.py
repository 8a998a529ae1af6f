"""Which charsets an answer's text may be in: those of the Encoding Standard (WHATWG) that Python knows.

The server names the charset, and Python takes the names of codecs that are no charsets: ``punycode`` decodes eight
megabytes in minutes, ``zlib`` and ``unicode_escape`` make of the bytes what nobody meant. So the names are a list.
"""

from __future__ import annotations

_LABELS = """
utf-8: utf8 unicode-1-1-utf-8 unicode11utf8 unicode20utf8 x-unicode20utf8
utf-16-le: utf-16 utf-16le ucs-2 unicode csunicode iso-10646-ucs-2 unicodefeff
utf-16-be: utf-16be unicodefffe
cp1252: windows-1252 x-cp1252 ascii us-ascii iso-8859-1 iso8859-1 iso_8859-1 iso88591 latin1 latin-1 l1 ansi_x3.4-1968
cp1250: windows-1250 x-cp1250
cp1251: windows-1251 x-cp1251
cp1253: windows-1253 x-cp1253
cp1254: windows-1254 x-cp1254 iso-8859-9 iso8859-9 latin5
cp1255: windows-1255 x-cp1255
cp1256: windows-1256 x-cp1256
cp1257: windows-1257 x-cp1257
cp1258: windows-1258 x-cp1258
cp874: windows-874 dos-874 iso-8859-11 iso8859-11 tis-620
cp866: ibm866 866 csibm866
iso8859-2: iso-8859-2 latin2 l2
iso8859-3: iso-8859-3 latin3 l3
iso8859-4: iso-8859-4 latin4 l4
iso8859-5: iso-8859-5 cyrillic
iso8859-6: iso-8859-6 arabic
iso8859-7: iso-8859-7 greek
iso8859-8: iso-8859-8 iso-8859-8-i hebrew logical visual
iso8859-10: iso-8859-10 latin6 l6
iso8859-13: iso-8859-13
iso8859-14: iso-8859-14
iso8859-15: iso-8859-15 latin9 l9
iso8859-16: iso-8859-16
koi8-r: koi8 koi koi8_r cskoi8r
koi8-u: koi8-ru
mac-roman: macintosh mac x-mac-roman csmacintosh
mac-cyrillic: x-mac-cyrillic x-mac-ukrainian
gb18030: gbk gb2312 chinese x-gbk iso-ir-58 gb_2312 gb_2312-80 csgb2312 csiso58gb231280
big5hkscs: big5 big5-hkscs cn-big5 x-x-big5 csbig5
euc_jp: euc-jp x-euc-jp cseucpkdfmtjapanese
iso2022_jp: iso-2022-jp csiso2022jp
cp932: shift_jis shift-jis sjis ms932 windows-31j x-sjis csshiftjis ms_kanji
cp949: euc-kr ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601 korean windows-949 cseuckr csksc56011987
"""
_CODECS = {
    label: codec
    for codec, labels in (line.split(":") for line in _LABELS.split("\n") if line)
    for label in (codec, *labels.split())
}


def decoded(data: bytes, charset: str) -> str:
    """`data` as text in `charset`, any other than those of the list taken as UTF-8; what is no text becomes U+FFFD."""
    return data.decode(_CODECS.get(charset.strip().lower(), "utf-8"), errors="replace")
