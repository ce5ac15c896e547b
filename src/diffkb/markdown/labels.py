"""Words that name what a link leads to, as lists write them, and which of them is the paper's."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from diffkb.markdown.spans import Span

# Dates stand where labels and venues do.
MONTHS = tuple(
    "jan feb mar apr may jun jul aug sep sept oct nov dec january february march april june"
    " july august september october november december".split()
)

_PAPER = frozenset(
    "paper papers pdf arxiv abs abstract html link links pub publication published article"
    " doi acm acmdl ieee ieeexplore openreview ps eprint preprint biorxiv medrxiv springer"
    " nature science acl aclanthology cvf openaccess pmlr usenix elsevier sciencedirect wiley"
    " journal proceedings conference version extended full short thesis book url read original"
    " official-paper alphaxiv arxiv-paper paper-link arxive ssrn hal jmlr pubmed techrxiv"
    " researchgate semantic scholar text free local mirror download"
    " 论文 论文链接 论文下载链接 链接 原文 下载 논문 論文 статья artikel papier artículo"
    " pré-publication paper（pdf） camera-ready here online"
    " copy edition ebook epub preview report technical".split()
).union(MONTHS)
# Words that stand between labels and say nothing of their own.
_JOINING = tuple("with and or of the for in on to by a an old new v1 v2 v3 &".split())

_OTHER = frozenset(
    "code codes github git gitlab repo repository source sources implementation impl official"
    " unofficial project projects page pages homepage home website webpage web site video"
    " videos youtube bilibili talk talks slide slides poster presentation demo demos dataset"
    " datasets data model models weights checkpoint checkpoints bib bibtex supp supplementary"
    " supplemental supplement material materials appendix blog blogpost post tweet twitter"
    " thread x review reviews note notes dblp news pytorch tensorflow tf keras torch caffe"
    " caffe2 matlab python julia c++ jax mxnet chainer paddle paddlepaddle lua theano colab"
    " notebook huggingface hf wiki documentation docs doc tutorial summary explanation"
    " annotated 代码 主页 项目主页 项目 解读 视频 数据集 代码链接 中文解读 作者 知乎 个人主页"
    " 谷歌学术 阅读笔记 团队主页 论文解读 author authors re-implementation"
    " reimplementation reproduction third-party library software"
    " tool tools benchmark leaderboard interview lecture audio errata discussion comment"
    " comments media press more details info kaggle gist docker api app play interactive"
    " citation cite google scholar openreview-reviews spotlight teaser star stars code1 code2"
    " code3 reading reading-notes cached archive mentioned 코드 コード código код kode modelscope"
    " replicate gradio space spaces zhihu weixin wechat medium sotawhat connected correction"
    " reply response part author's authors' s w/ python3 r java go rust scala swift gluon onnx"
    " ncnn flax tinygrad tvm c mindspore oneflow".split()
).union(_JOINING)
_GLUE = frozenset("s part x r c go".split()).union(_JOINING)
# Chinese, Japanese and Korean write such words without blanks between them.
_PAPER_CJK = re.compile(
    r"(?:论文|論文|原文|文章|全文|链接|連結|リンク|地址|下载|下載|논문|원문|링크)+"
)
_OTHER_CJK = re.compile(
    r"(?:论文|論文|논문|官方|公式|中文|项目|項目|プロジェクト|프로젝트|代码|程式碼|コード|코드|源码|开源|主页|首页|视频|影片|動画|영상|동영상"
    r"|数据集|資料|资料|자료|발표|発表|幻灯片|スライド|슬라이드|博客|ブログ|블로그|解读|解説|해설|笔记|ノート|노트|정리|链接|リンク|地址|링크)+"
)
_WORD = re.compile(r"[^\s\[\](){}|/,:;·•\"'“”‘’!?`*<>+_→#=.：，、【】（）-]+")
_NOISE = re.compile(r":[a-z0-9_+-]{1,40}:|<[^<>]*>|\([^()]{0,30}\)\s*\Z")
_EMOJI = re.compile(r":[a-z0-9_+-]{1,40}:")
_DIGITS = "0123456789"
_NUMBER = re.compile(r"[0-9]{1,4}|v[0-9]+")
VENUE = re.compile(
    r"(?:(?:in|at|proc|proceedings|of|the|ieee|acm|the|workshop|oral|findings|best|spotlight|"
    r"poster|workshops?|highlight|accepted|conference|preprint|w)[\s./:]+)*"
    r"[a-z][a-z&+*/.-]{1,20}(?:[\s-][a-z&+]{1,12}){0,3}?[\s'’‘`@,_(.:-]*(?:(?:19|20)[0-9]{2}|[0-9]{2})\)?"
    r"(?:[\s,:(-]+(?:oral|spotlight|poster|workshops?|highlight|findings|best paper|w|award)\)?)*",
    re.IGNORECASE,
)
KNOWN_VENUES = frozenset(
    "neurips nips icml iclr cvpr iccv eccv wacv bmvc accv aaai ijcai acl emnlp naacl eacl"
    " coling tacl conll kdd www sigir cikm wsdm recsys icdm sdm icde vldb pvldb sigmod sosp"
    " osdi nsdi asplos eurosys atc usenix fast hpca isca micro sc ppopp pldi popl oopsla icfp"
    " cgo cc pact ics ipdps mlsys sigcomm socc ccs ndss sp uai aistats colt jmlr tmlr tpami"
    " pami ijcv tip tnnls tmm tcsvt tog siggraph icra iros rss corl ral tro icassp interspeech"
    " icip mm acmmm miccai isbi tmi chi uist arxiv corr biorxiv medrxiv nature science cell"
    " pnas plos ieee acm elsevier springer iswc icse fse ase issta dac iccad date tcad spl tsp"
    " jstsp nn ijcnn esann gecco cec aamas ismir 3dv ecai lrec pakdd ecml dasfaa tkde tois"
    " bioinformatics techreport thesis ssrn".split()
)

PAPER, OTHER, UNKNOWN = 0, 2, 1


# A list says the same few labels again and again.
@lru_cache(maxsize=4096)
def words_of(text: str) -> tuple[str, ...]:
    """Returns a label's words in lower case, without emoji and signs."""
    found = _WORD.findall(_NOISE.sub(" ", text).lower())
    return tuple(found or _WORD.findall(_EMOJI.sub(" ", text).lower()))


@lru_cache(maxsize=4096)
def is_label(text: str) -> bool:
    """Says whether a link's text names what it leads to, rather than a work."""
    words = words_of(text)
    if not words:
        return True
    if len(words) > 6:
        return is_address(text)
    if all(_names_paper(word) or _names_other(word) or _is_mark(word) for word in words):
        return len(words) <= 4 or not _GLUE.intersection(words)
    return is_venue(text) or is_address(text)


@lru_cache(maxsize=4096)
def is_venue(text: str) -> bool:
    """Says whether a text is a venue with its year, or a well-known one alone."""
    bare = text.strip(" *_`[]().,:'\"")
    if len(bare) > 60:
        return False
    return bare.lower() in KNOWN_VENUES or VENUE.fullmatch(bare) is not None


def is_address(text: str) -> bool:
    """Says whether a text is an identifier or an address."""
    bare = text.strip(" []()*`").lower().replace("doi: ", "doi:").replace("arxiv: ", "arxiv:")
    return " " not in bare and (
        bare.startswith(("http:", "https:", "arxiv:", "doi:", "10.", "www."))
        or (bare[:1].isdigit() and bare.replace(".", "").replace("v", "").isdigit())
        or bare.endswith((".pdf", ".com", ".org", ".md"))
    )


def names_target(raw: str, link: Span) -> bool:
    """Says whether a link's words name what it leads to: by what they are, or by their brackets."""
    words = link.words
    if is_label(words):
        return True
    start, end = link.text
    inside = raw.startswith("[", start) and raw.startswith("]", end - 1)
    outside = raw.startswith("[", link.start - 1) and raw[link.end : link.end + 1] in {"]", ","}
    return (inside or outside) and len(words.split()) <= 3 and len(words) <= 28


def rank_of(text: str, url: str) -> int:
    """Says whether a label leads to the paper, to something else, or cannot be told."""
    by_label = _rank_of_label(text)
    if by_label == OTHER:
        return OTHER
    low = url.lower()
    if "://" not in low and low.endswith(".md"):
        return OTHER
    if by_label == PAPER:
        # A place within the list's own folders is seldom the paper, unless it is a file of it.
        return PAPER if "://" in low or low.endswith((".pdf", ".ps", ".djvu")) else UNKNOWN
    if not words_of(text) and ("arxiv.org" in low or low.endswith(".pdf")):
        return PAPER
    hosts = ("github.com", "gitlab.com", "youtu", "github.io" if words_of(text) else "github.com")
    file = low.partition("#")[0].endswith(".pdf")
    return OTHER if not file and any(host in low for host in hosts) else UNKNOWN


@lru_cache(maxsize=4096)
def _rank_of_label(text: str) -> int:
    """Says the same by the label alone."""
    if is_address(text) and ("doi.org/10." in text or "arxiv.org/" in text):
        return PAPER
    words = words_of(text)
    if any(_names_other(word) and word not in _GLUE for word in words):
        return OTHER
    named = any(_names_paper(word) for word in words)
    return PAPER if named or is_venue(text) or is_address(text) else UNKNOWN


def _names_paper(word: str) -> bool:
    """Says whether a word of a label names the paper."""
    return (
        word in _PAPER
        or word.rstrip(_DIGITS) in _PAPER
        or (not word.isascii() and _PAPER_CJK.fullmatch(word) is not None)
    )


def _names_other(word: str) -> bool:
    """Says whether a word of a label names something beside the paper."""
    if word in _OTHER:
        return True
    return not word.isascii() and not _names_paper(word) and bool(_OTHER_CJK.fullmatch(word))


def _is_mark(word: str) -> bool:
    """Says whether a word of a label is a number, or no word at all."""
    return bool(_NUMBER.fullmatch(word)) or not any(one.isalpha() for one in word)


def is_anchor(url: str) -> bool:
    """Says whether an address leads into the document itself."""
    return url.startswith(("#", "./#", "/#", "README.md#", "./README.md#", "readme.md#"))
