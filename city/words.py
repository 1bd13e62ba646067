"""用字: words of the trade that should not be missed, and what people here say for others. The file `words.toml`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from city.written import Written

Spoken = Annotated[str, Field(pattern=r"^[\u3400-\u9fff]{1,12}$")]
"""Chinese characters, as they are heard."""

HotWord = Annotated[str, Field(pattern=r"^[\u3400-\u9fffA-Za-z0-9]{2,20}$")]
"""热词: a word as it is written."""


class DialectRow(Written):
    """方言: what is heard, and how it is written."""

    said: Spoken
    """听到的词 / what is heard"""
    written: Spoken
    """写成 / how it is written"""
    unless: tuple[Spoken, ...] = ()
    """在这些词里不改 / longer words that hold it and stay"""


class WordsFile(Written):
    """用字表 words.toml."""

    hot_words: tuple[HotWord, ...] = ()
    """热词:听错一音也改回,识别时优先 / words of the trade: misheard by a sound they are written right"""
    dialect: tuple[DialectRow, ...] = ()
    """方言词表 / what people here say for other words"""
