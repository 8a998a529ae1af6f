"""Patterns and events that Hypothesis draws: of so few names and values that they often meet."""

from hypothesis import strategies as st

TEXTS = st.sampled_from(["", "a", "A", "ab", "aB", "ba", "abab", "b*", "b\\", "10.0.0.5", "10.0.1.5", "::1", "1"])
NUMBERS = st.sampled_from([0, 1, 1.0, 2.5, -3, 7, 6e9])
PLAIN = st.one_of(TEXTS, NUMBERS, st.sampled_from([True, False, None]))
PARTS = st.sampled_from(["", "a", "A", "ab", "b", "10.0."])
BOUNDS = st.sampled_from([-3, 0, 1, 2.5, 7])

RANGES = st.tuples(st.sampled_from([">", ">="]), BOUNDS, st.sampled_from(["<", "<="]), BOUNDS).filter(
    lambda drawn: drawn[1] < drawn[3]
)
AFFIX = st.one_of(PARTS, PARTS.map(lambda text: {"equals-ignore-case": text}))
LIKE = st.sampled_from(["*", "a*", "*b", "a*b", "*a*", "a*a*b", r"b\*", r"b\\", "*a*b*", "ab"])
MORE_THAN_NOTHING = PARTS.filter(bool)


def one_or_many(texts):
    return st.one_of(texts, st.lists(texts, min_size=1, max_size=2))


COMPARISONS = st.one_of(
    AFFIX.map(lambda drawn: {"prefix": drawn}),
    AFFIX.map(lambda drawn: {"suffix": drawn}),
    TEXTS.map(lambda drawn: {"equals-ignore-case": drawn}),
    LIKE.map(lambda drawn: {"wildcard": drawn}),
    st.booleans().map(lambda drawn: {"exists": drawn}),
    st.sampled_from(["10.0.0.0/24", "10.0.0.0/16", "::/64", "10.0.0.5/32"]).map(lambda drawn: {"cidr": drawn}),
    st.tuples(st.sampled_from(["<", "<=", ">", ">=", "="]), BOUNDS).map(lambda drawn: {"numeric": list(drawn)}),
    RANGES.map(lambda drawn: {"numeric": list(drawn)}),
    st.one_of(one_or_many(TEXTS), one_or_many(NUMBERS)).map(lambda drawn: {"anything-but": drawn}),
    one_or_many(MORE_THAN_NOTHING).map(lambda drawn: {"anything-but": {"prefix": drawn}}),
    one_or_many(MORE_THAN_NOTHING).map(lambda drawn: {"anything-but": {"suffix": drawn}}),
    one_or_many(TEXTS).map(lambda drawn: {"anything-but": {"equals-ignore-case": drawn}}),
    one_or_many(LIKE).map(lambda drawn: {"anything-but": {"wildcard": drawn}}),
)
LEAVES = st.lists(st.one_of(PLAIN, COMPARISONS), min_size=1, max_size=2)
LEAF_NAMES, OBJECT_NAMES = st.sampled_from("abc"), st.sampled_from("xy")


def branches(inner):
    fields = st.tuples(
        st.dictionaries(LEAF_NAMES, LEAVES, max_size=2), st.dictionaries(OBJECT_NAMES, inner, max_size=1),
        st.one_of(st.just({}), st.lists(inner, min_size=2, max_size=2).map(lambda drawn: {"$or": drawn})),
    )
    return fields.map(lambda parts: {**parts[0], **parts[1], **parts[2]}).filter(bool)


FLAT = st.dictionaries(LEAF_NAMES, LEAVES, min_size=1, max_size=2)
PATTERNS = branches(st.one_of(FLAT, branches(FLAT)))

VALUES = st.one_of(PLAIN, st.lists(st.one_of(PLAIN, st.lists(PLAIN, max_size=2)), max_size=3))


def objects(inner):
    held = st.one_of(inner, st.lists(st.one_of(inner, st.lists(inner, max_size=2), PLAIN), max_size=3), PLAIN)
    return st.tuples(
        st.dictionaries(LEAF_NAMES, st.one_of(VALUES, st.just({"a": "a"})), max_size=3),
        st.dictionaries(OBJECT_NAMES, held, max_size=2),
    ).map(lambda parts: {**parts[0], **parts[1]})


EVENTS = objects(objects(st.dictionaries(LEAF_NAMES, VALUES, max_size=3)))
