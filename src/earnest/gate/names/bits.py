"""What the walk over a text writes down: classes and shapes of words, and what a text has, as numbers."""

# Classes of a word, as bits of its entry.
GIVEN, GIVEN_RARE, FAMILY, FAMILY_RARE, COMMON, PLACE, THING, TITLE = (1 << n for n in range(8))
ROLE, PARTICLE, ORG, STREET, TOLD, MAIL, SAY, PAIR, ORDER, SOCIAL, CUE = (1 << n for n in range(8, 19))
CLASSES = 20
NAME = GIVEN | GIVEN_RARE | FAMILY | FAMILY_RARE

# What a text has, besides the classes of its words: bits from CLASSES on. Finders ask for these.
AT, SLASH, HASH, DOT_IN, IP, DEGREE, DIGIT = (1 << n for n in range(CLASSES, CLASSES + 7))
DIGITS_3, DIGITS_7, DECIMAL, MIXED, CAPS = (1 << n for n in range(CLASSES + 7, CLASSES + 12))
NEAR, HOUSE, NUMBERED = (1 << n for n in range(CLASSES + 12, CLASSES + 15))
NEARBY = 10
"""HOUSE: a word of streets and a digit are at most so many words apart; NUMBERED: a digit is as near after a
cue."""
FOUND = 40
"""From this bit on: how many words name a person."""

# Shapes of a word.
LOWER, CAPITAL, CAPITALS, LETTER, INNER, NUMBER, WITH_DIGIT, PLACEHOLDER = range(8)
# What stands before a word.
SPACE, COMMA, STOP, HYPHEN, ABBREVIATED, COLON, QUOTE, GLUED, AMPERSAND = range(9)

FOLD = 0x1F00
"""Code points below have an entry: one or two plain letters, and flags."""
IS_CAPITAL, IS_LETTER, IS_DIGIT, IS_MARK = 1 << 16, 1 << 17, 1 << 18, 1 << 19
SLOTS = 1 << 18
MARK = 0xFFF
"""The part of a hash that an entry keeps: one in 2,000 unknown words is taken for a known one."""
WEIGHTS = 1 << 18
FEATURES = 28
MASK = 0xFFFFFFFF
START = 0x811C9DC5
PRIME = 0x01000193
THE_I = 0xEC0C35C4
"""The hash of "i", the only capital letter that is a word."""
NOBODY = 0x7F4A7C15
"""Stands for the word before the first and after the last."""
FIELDS = 9
BEGIN, END, WORD, CLASS, SHAPE, GAP, OWNS, LINE, TAG = range(FIELDS)
AROUND = 2
