"""Files on cases: pictures are made anew, PDF and text are kept, all else is refused. All synthetic."""

import io
import random
import stat
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from earnest.desk import cases, cases_files
from earnest.record.errors import Refused, StoreError
from earnest.store import attached, read_cases
from earnest.store.models import Attachment
from tests.store.build import desk

PLAIN = {"jfif", "jfif_version", "jfif_unit", "jfif_density", "loop", "background", "timestamp", "duration"}
SECRET = b"51.5074N-0.1278W-SECRET"


def picture(format="JPEG", size=(64, 48), mode="RGB", **more):
    noise = random.Random(1)
    made = Image.new(mode, size)
    made.putdata([tuple(noise.randrange(256) for _ in mode) for _ in range(size[0] * size[1])])
    out = io.BytesIO()
    made.save(out, format, **more)
    return out.getvalue()


def with_place():
    exif = Image.Exif()
    exif[0x010F] = "Camera " + SECRET.decode()
    exif[0x9286] = SECRET.decode()
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (51.0, 30.0, 26.0)
    return exif


def png_with_text():
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", SECRET.decode())
    info.add_itxt("XML:com.adobe.xmp", SECRET.decode())
    return picture("PNG", pnginfo=info, exif=with_place())


CARRIERS = {
    "a JPEG with a place in its EXIF": picture(exif=with_place(), comment=SECRET),
    "a JPEG with a ZIP behind it": picture() + b"PK\x03\x04" + SECRET,
    "a JPEG with a web page behind it": picture() + b"<script>" + SECRET + b"</script>",
    "a PNG with comments": png_with_text(),
    "a PNG with a chunk behind its end": picture("PNG") + SECRET,
    "a WebP with a place in its EXIF": picture("WEBP", exif=with_place(), xmp=SECRET),
    "a GIF with a comment": picture("GIF", comment=SECRET),
    "a GIF that is a script too": picture("GIF") + b"*/=1;" + SECRET,
}


@pytest.mark.parametrize("content", CARRIERS.values(), ids=CARRIERS.keys())
def test_of_a_picture_only_its_pixels_stay(content):
    assert SECRET in content or b"SECRET" in content
    made = cases_files.made_safe("photo.jpg", content)
    assert b"SECRET" not in made.content
    again = Image.open(io.BytesIO(made.content))
    again.load()
    assert not again.getexif()
    assert not set(again.info) - PLAIN
    assert again.size == (64, 48) == (made.width, made.height)


def test_a_camera_that_was_held_sideways_gives_an_upright_picture():
    exif = Image.Exif()
    exif[0x0112] = 6
    made = cases_files.made_safe("photo.jpg", picture(exif=exif))
    assert (made.width, made.height) == (48, 64)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "GIF"])
def test_the_same_picture_gives_the_same_bytes(format):
    content = picture(format)
    first, second = (cases_files.made_safe("a", content) for _ in range(2))
    assert first == second
    assert first.type == {"JPEG": "image/jpeg", "WEBP": "image/webp"}.get(format, "image/png")


def test_of_an_animation_the_first_picture_is_kept():
    frames = [Image.new("RGB", (8, 8), shade) for shade in ((255, 0, 0), (0, 255, 0))]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    made = Image.open(io.BytesIO(cases_files.made_safe("a.gif", out.getvalue()).content))
    assert getattr(made, "n_frames", 1) == 1
    assert made.convert("RGB").getpixel((4, 4)) == (255, 0, 0)


def test_what_is_clear_stays_clear():
    made = Image.open(io.BytesIO(cases_files.made_safe("a", picture("PNG", mode="RGBA")).content))
    assert made.mode == "RGBA"


def test_a_large_picture_is_made_smaller():
    out = io.BytesIO()
    Image.new("RGB", (4_200, 2_100)).save(out, "JPEG")
    made = cases_files.made_safe("a", out.getvalue())
    assert (made.width, made.height) == (4_096, 2_048)


def bomb(width, height):
    """A PNG that says it is huge and has nearly nothing in it."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = b""
    for name, data in ((b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 10_000)), (b"IEND", b"")):
        chunks += struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    return b"\x89PNG\r\n\x1a\n" + chunks


def gif_bomb():
    return b"GIF89a" + struct.pack("<HH", 65_535, 65_535) + b"\x80\0\0" + b"\0\0\0\xff\xff\xff" + b";"


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
REFUSED = {
    "nothing": b"",
    "a picture of a billion points": bomb(40_000, 40_000),
    "a picture that is a line of 50,000 points": bomb(50_000, 1),
    "a GIF of four billion points": gif_bomb(),
    "a JPEG that breaks off": picture()[:500],
    "a PNG that breaks off": picture("PNG")[:200],
    "a WebP that breaks off": picture("WEBP")[:60],
    "a PNG by its first bytes only": b"\x89PNG\r\n\x1a\n" + b"x" * 500,
    "a JPEG by its first bytes only": b"\xff\xd8\xff" + b"x" * 500,
    "an SVG": SVG,
    "an SVG behind a declaration": b'<?xml version="1.0"?>\n' + SVG,
    "an SVG behind a byte order mark and blanks": b"\xef\xbb\xbf \n\t" + SVG,
    "an SVG behind a comment": b"<!-- hello -->" + SVG,
    "a web page": b"<!DOCTYPE html><html><script>alert(1)</script>",
    "a web page without a head": b"<ScRiPt src=x>",
    "a TIFF": picture("TIFF"),
    "a BMP": picture("BMP"),
    "an icon": picture("ICO", size=(16, 16)),
    "a program": b"\x7fELF" + bytes(100),
    "a ZIP": b"PK\x03\x04" + bytes(100),
    "text in no encoding": b"hello \xff\xfe",
    "text with control signs": b"hello \x1b[31m",
    "a PDF that breaks off": b"%PDF-1.7\n" + b"1 0 obj",
    "PostScript": b"%!PS-Adobe\n\x04",
}


@pytest.mark.parametrize("content", REFUSED.values(), ids=REFUSED.keys())
@pytest.mark.parametrize("name", ["photo.jpg", "notes.txt"])
def test_what_is_not_taken_is_refused_in_a_sentence(name, content):
    with pytest.raises(Refused) as told:
        cases_files.made_safe(name, content)
    assert told.value.sentence().endswith(".")
    assert "alert" not in told.value.sentence()


def test_a_file_over_the_cap_is_refused_before_it_is_opened(settings):
    settings.EARNEST_LARGEST_FILE = 1_000
    with pytest.raises(Refused, match="at most"):
        cases_files.made_safe("a.jpg", picture())


@pytest.mark.parametrize(
    ("content", "type"),
    [
        (b"%PDF-1.7\n%\xe2\xe3\n1 0 obj\nendobj\n%%EOF\n", "application/pdf"),
        ("Zwei Zeilen,\nmit Umlaut: ü\n".encode(), "text/plain"),
        (b"a <b> c & 1 < 2", "text/plain"),
        (b"<3 this app", "text/plain"),
    ],
    ids=["a PDF", "text", "text with angle brackets", "text that begins with a heart"],
)
def test_pdf_and_text_are_kept_as_they_are(content, type):
    made = cases_files.made_safe("a.exe", content)
    assert (made.content, made.type) == (content, type)
    assert made.name == f"a.{cases_files.TYPES[type]}"


NAMES = {
    "../../etc/passwd": "passwd.png",
    "..\\..\\windows\\win.ini": "win.png",
    "/etc/cron.d/x": "x.png",
    "": "file.png",
    ".": "file.png",
    "..": "file.png",
    ".htaccess": "htaccess.png",
    "con.png": "file_con.png",
    "a.php.png": "a_php.png",
    "a\r\nSet-Cookie: x=1.png": "a_Set-Cookie_x_1.png",
    'a"; filename="b.exe': "a_filename_b.png",
    "photo\u202egpj.exe": "photo_gpj.png",
    "a\x00b.png": "a_b.png",
    "naïve café.jpeg": "naïve café.png",
    "x" * 300 + ".png": "x" * 100 + ".png",
    "=cmd|' /C calc'!A0": "C calc_A0.png",
}


@pytest.mark.parametrize(("name", "kept"), NAMES.items(), ids=[repr(name[:24]) for name in NAMES])
def test_a_name_is_no_path_and_no_command(name, kept):
    assert cases_files.neutral(name, "png") == kept


@settings(max_examples=60)
@given(st.text(max_size=60))
def test_any_name_becomes_one_that_is_safe(name):
    kept = cases_files.neutral(name, "png")
    assert kept.endswith(".png")
    assert not set(kept) & set('/\\\0\r\n"<>|*?:;`$&')
    assert not kept.startswith((".", "-", " "))
    assert len(kept.encode()) <= 104
    assert kept.isprintable()


@settings(max_examples=60)
@given(st.integers(0, 3_000), st.integers(0, 255), st.sampled_from(["JPEG", "PNG", "WEBP", "GIF"]))
def test_a_damaged_picture_is_refused_or_made_anew_and_nothing_else(at, value, format):
    content = bytearray(picture(format, size=(24, 16)))
    content[at % len(content)] = value
    try:
        made = cases_files.made_safe("a", bytes(content))
    except Refused:
        return
    assert made.type in cases_files.TYPES


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
class TestKept:
    """In the home folder, for its owner alone, and really gone when it is deleted."""

    @pytest.fixture
    def case(self, home):
        desk()
        return cases.open_case("riders", "Crash at the door", by=None)

    def test_a_file_is_kept_and_read_back(self, home, case):
        change = cases.attach("riders", case, "../photo.jpg", picture(), by=None)
        (row,) = read_cases.attachments("riders", case)
        (path,) = (home / "attachments").iterdir()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        assert row.name == "photo.jpg"
        assert row.image
        found = read_cases.attachment("riders", row.id)
        assert found is not None
        assert found[1] == path.read_bytes()
        (entry,) = [one for one in read_cases.timeline("riders", case) if one.sort == "attached"]
        assert entry.id == change
        assert entry.attachment == row

    @pytest.mark.parametrize("how", ["deleted", "undone"])
    def test_deleted_is_gone_from_the_disk(self, home, case, how):
        change = cases.attach("riders", case, "photo.jpg", picture(), by=None)
        (row,) = read_cases.attachments("riders", case)
        if how == "deleted":
            cases.detach("riders", row.id, by=None)
        else:
            cases.undo("riders", change, by=None)
        assert list((home / "attachments").iterdir()) == []
        assert read_cases.attachments("riders", case) == []
        assert read_cases.attachment("riders", row.id) is None

    def test_of_another_programme_it_is_not_there(self, case):
        desk("pilots")
        cases.attach("riders", case, "photo.jpg", picture(), by=None)
        (row,) = read_cases.attachments("riders", case)
        assert read_cases.attachment("pilots", row.id) is None
        with pytest.raises(StoreError, match="no such file"):
            cases.detach("pilots", row.id, by=None)

    def test_a_file_that_was_swapped_on_the_disk_is_not_shown(self, home, case):
        cases.attach("riders", case, "photo.jpg", picture(), by=None)
        (row,) = read_cases.attachments("riders", case)
        (path,) = (home / "attachments").iterdir()
        path.write_bytes(SVG)
        assert read_cases.attachment("riders", row.id) is None

    def test_a_file_that_no_row_names_goes_with_the_sweep(self, home, case, monkeypatch):
        cases.attach("riders", case, "photo.jpg", picture(), by=None)
        (home / "attachments" / "9999-left").write_bytes(b"left by a process that was killed")
        assert attached.sweep() == 0
        monkeypatch.setattr(attached, "ORPHANS_STAY", -1)
        assert attached.sweep() == 1
        assert len(list((home / "attachments").iterdir())) == Attachment.objects.count() == 1

    def test_a_disk_that_takes_nothing_leaves_no_row(self, home, case):
        (home / "attachments").write_text("in the way")
        with pytest.raises(StoreError, match="cannot be kept"):
            cases.attach("riders", case, "photo.jpg", picture(), by=None)
        assert Attachment.objects.count() == 0
