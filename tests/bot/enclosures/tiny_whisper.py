"""A Whisper model made by hand, in a folder as CTranslate2 has it: it says one sentence whatever it hears.

Its layers do nothing; what it says next is decided by the place alone, at which each of its words lies in a direction
of its own. So what is tested is that a model is loaded, asked and read as the real ones are, and not how well it hears.
"""

import json
from pathlib import Path

import numpy as np
from ctranslate2.specs.whisper_spec import WhisperSpec
from numpy.typing import NDArray
from tokenizers import AddedToken, Tokenizer
from tokenizers.decoders import ByteLevel as ByteDecoder
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import ByteLevel

SENTENCE = " I am ill"
_WIDTH, _MELS, _PLACES = 16, 80, 448
_END = "<|endoftext|>"
_MARKS = (
    "<|startoftranscript|>",
    *("<|en|>", "<|translate|>", "<|transcribe|>", "<|startoflm|>", "<|startofprev|>", "<|nospeech|>"),
    *("<|notimestamps|>", "<|0.00|>"),
)
# A model of English alone is asked by the start, and that no times are wanted.
_ASKED = 2


def make_tiny_whisper(folder: Path, *, sure: bool = True) -> Path:
    """Write one; the folder. One that is not `sure` finds all words alike."""
    words = [f"Ġ{word}" for word in SENTENCE.split()]
    letters = [*sorted(ByteLevel.alphabet()), *words]
    tokens = [*letters, _END, *_MARKS]
    said = [*(tokens.index(word) for word in words), tokens.index(_END)]

    spec = WhisperSpec(1, 2, 1, 2)
    encoder, decoder = spec.encoder, spec.decoder
    for conv, into in ((encoder.conv1, _MELS), (encoder.conv2, _WIDTH)):
        conv.weight, conv.bias = _none(_WIDTH, into, 3), _none(_WIDTH)
    encoder.position_encodings.encodings = _none(1500, _WIDTH)
    embedded, places = _none(len(tokens), _WIDTH), _none(_PLACES, _WIDTH)
    for at, token in enumerate(said):
        embedded[token, at] = 10.0 if sure else 0.0
        places[_ASKED - 1 + at, at] = 100.0
    decoder.embeddings.weight = decoder.projection.weight = embedded
    decoder.position_encodings.encodings = places
    for norm in (encoder.layer_norm, decoder.layer_norm):
        norm.gamma, norm.beta = np.ones(_WIDTH, np.float32), _none(_WIDTH)
    for layer in (*encoder.layer, *decoder.layer):
        attentions = [layer.self_attention, *([layer.attention] if hasattr(layer, "attention") else [])]
        for norm in (layer.ffn.layer_norm, *(one.layer_norm for one in attentions)):
            norm.gamma, norm.beta = np.ones(_WIDTH, np.float32), _none(_WIDTH)
        linear = [layer.ffn.linear_0, layer.ffn.linear_1, *(part for one in attentions for part in one.linear)]
        sizes = [(2, 1), (1, 2), (3, 1), (1, 1), (1, 1), (2, 1), (1, 1)]
        for part, (out, into) in zip(linear, sizes, strict=False):
            part.weight, part.bias = _none(out * _WIDTH, into * _WIDTH), _none(out * _WIDTH)
    spec.register_vocabulary(tokens)
    spec.config.suppress_ids, spec.config.suppress_ids_begin = [], []
    spec.config.lang_ids = [tokens.index("<|en|>")]
    spec.config.alignment_heads = [(0, 0)]
    spec.validate()
    folder.mkdir(parents=True, exist_ok=True)
    spec.save(str(folder))

    tokenizer = Tokenizer(BPE(vocab={letter: at for at, letter in enumerate(letters)}, merges=[]))
    tokenizer.pre_tokenizer, tokenizer.decoder = ByteLevel(add_prefix_space=False), ByteDecoder()
    tokenizer.add_special_tokens([AddedToken(mark, special=True) for mark in (_END, *_MARKS)])
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "preprocessor_config.json").write_text(json.dumps({"feature_size": _MELS}))
    return folder


def _none(*shape: int) -> NDArray[np.float32]:
    return np.zeros(shape, np.float32)
