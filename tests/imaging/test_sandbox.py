import json
import multiprocessing
import os
import select
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from PIL import Image

from catalog.imaging.decode import UnreadablePicture
from catalog.imaging.media import HEAD_BYTES, MediaType, refusal, sniff
from catalog.imaging.sandbox import Sandbox, SandboxFailed
from tests.imaging.drawn import saved, scene

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox() as one:
        yield one


@pytest.fixture
def narrow():
    """Make a sandbox with its own limits, closed afterwards."""
    made = []

    def make(**limits) -> Sandbox:
        made.append(Sandbox(**limits))
        return made[-1]

    yield make
    for one in made:
        one.close()


def helper_pid(sandbox: Sandbox) -> int:
    return sandbox._helper.pid


# ---- what comes back ----


def test_a_picture_is_examined_in_the_child(sandbox, tmp_path):
    found = sandbox.examine(saved(scene(), tmp_path / "a.jpg"), MediaType.JPEG, tmp_path)
    assert (found.state, found.pages[0].width_px, found.pages[0].height_px) == ("ok", 320, 240)
    assert (tmp_path / found.pages[0].thumbnail).is_file()
    assert set(found.embedded) >= {"capture"}


def test_the_next_file_uses_the_same_warm_helper(sandbox, tmp_path):
    path = saved(scene(), tmp_path / "a.jpg")
    sandbox.examine(path, MediaType.JPEG, tmp_path)
    before = helper_pid(sandbox)
    sandbox.examine(path, MediaType.JPEG, tmp_path)
    assert helper_pid(sandbox) == before


def test_embedded_metadata_alone_are_suggested(sandbox, shared):
    suggested = sandbox.suggest(shared / "samples" / "photos" / "Canon_IXUS_400.jpg", MediaType.JPEG)
    assert suggested == json.loads(json.dumps(suggested))
    assert suggested["capture"]


def test_names_with_spaces_quotes_and_line_ends_are_only_names(sandbox, tmp_path):
    path = saved(scene(), tmp_path / 'a "b" $(c)\n{}.jpg')
    assert sandbox.examine(path, MediaType.JPEG, tmp_path).state == "ok"


# ---- every odd file is accepted, refused or unreadable with a sentence, in bounded memory ----

ODD = {
    "16bit.cropped.tif": "ok",
    "65536-uint32-limit.png": "unreadable: The picture is too large to be opened",
    "Channel_digital_image_CMYK_color_no_profile.jpg": "ok",
    "G31D_MULTI.TIF": "ok",
    "Landscape_3.jpg": "ok",
    "Landscape_6.jpg": "ok",
    "Portrait_8.jpg": "ok",
    "animated-loop-3.webp": "ok",
    "balloon.jpf": "refused: This is a JPEG 2000 picture",
    "broken_data_stream.png": "damaged: The file is cut off or damaged",
    "corrupt-header.jpg": "unreadable: The file is JPEG, but it is damaged",
    "crash-2020-10-test.tif": "damaged: Page 2 of 2 cannot be read",
    "decompression_bomb.gif": "unreadable: The picture is too large to be opened",
    "dispose_bgnd.gif": "ok",
    "exif-dpi-zerodivision.jpg": "ok",
    "exif_gps.jpg": "ok",
    "frozenpond.mpo": "ok",
    "giant-image.jpg": "unreadable: The picture is too large to be opened (20,000 x 14,000 pixels)",
    "hopper.avif": "ok",
    "hopper.psd": "refused: This is a Photoshop document",
    "hopper_orientation_6.jpg": "ok",
    "iss634.webp": "ok",
    "junk_jpeg_header.jpg": "ok",
    "multipage.tiff": "ok",
    "no_palette_with_transparency.gif": "ok",
    "pil_sample_cmyk.jpg": "ok",
    "pitm.avif": "ok",
    "png_decompression_dos.png": "unreadable: The file is PNG, but it is damaged",
    "star.avifs": "ok",
    "tiff_16bit_RGB.tiff": "ok",
    "timeout-ef9112a065e7183fa7faa2e18929b03e44ee16bf.blp": "refused: This is a game texture (BLP)",
    "truncated.jpg": "damaged: The file is cut off or damaged",
    "truncated.png": "damaged: The file is cut off or damaged",
    "truncated_end_chunk.png": "damaged: The file is cut off or damaged",
    "truncated_image.png": "damaged: The file is cut off or damaged",
    "truncated_jpeg.jpg": "damaged: The file is cut off or damaged",
    "zero_height.j2k": "refused: This is a JPEG 2000 picture",
}


def outcome(sandbox: Sandbox, path: Path, out_folder: Path) -> str:
    head = path.read_bytes()[:HEAD_BYTES]
    if reason := refusal(head, path.stat().st_size, path.name):
        return f"refused: {reason}"
    try:
        found = sandbox.examine(path, sniff(head), out_folder)
    except UnreadablePicture as error:
        return f"unreadable: {error.reason}"
    return f"damaged: {found.damage}" if found.state == "damaged" else "ok"


@pytest.mark.parametrize(("name", "expected"), ODD.items())
def test_an_odd_file_comes_out_as_it_should(sandbox, shared, tmp_path, name, expected):
    sandbox.last_cost = None
    assert outcome(sandbox, shared / "samples" / "odd" / name, tmp_path).startswith(expected)
    assert sandbox.last_cost is None or sandbox.last_cost.peak_bytes < 10**9


def test_no_odd_file_is_left_out(shared):
    assert {path.name for path in (shared / "samples" / "odd").iterdir()} == set(ODD)


# ---- limits ----


def test_a_picture_that_needs_too_much_memory_is_refused_in_words(narrow, tmp_path):
    bomb = saved(Image.new("L", (15_000, 15_000)), tmp_path / "bomb.png", compress_level=1)
    sandbox = narrow(memory_bytes=400 * 1024**2)
    with pytest.raises(UnreadablePicture, match="needs more memory than is allowed"):
        sandbox.examine(bomb, MediaType.PNG, tmp_path)
    assert sandbox.last_cost.peak_bytes < 400 * 1024**2
    assert sandbox.examine(saved(scene(), tmp_path / "a.png"), MediaType.PNG, tmp_path).state == "ok"


def test_a_picture_that_never_ends_is_ended(narrow, tmp_path):
    os.mkfifo(tmp_path / "endless.png")
    with pytest.raises(UnreadablePicture, match="takes longer to open than is allowed"):
        narrow(wall_seconds=0.3).examine(tmp_path / "endless.png", MediaType.PNG, tmp_path)


def test_a_picture_that_takes_too_much_processor_time_is_ended(narrow, tmp_path):
    more = [Image.new("1", (4_000, 4_000), n % 2) for n in range(60)]
    slow = saved(
        Image.new("1", (4_000, 4_000)), tmp_path / "a.tif", save_all=True, append_images=more, compression="group4"
    )
    with pytest.raises(UnreadablePicture, match="takes longer to open than is allowed"):
        narrow(cpu_seconds=1).examine(slow, MediaType.TIFF, tmp_path)


def test_a_picture_that_would_write_too_much_is_ended(narrow, tmp_path):
    with pytest.raises(UnreadablePicture, match="would write more than is allowed"):
        narrow(file_bytes=100).examine(saved(scene(), tmp_path / "a.png"), MediaType.PNG, tmp_path)


# ---- deaths ----


def test_a_killed_helper_is_replaced(sandbox, tmp_path):
    path = saved(scene(), tmp_path / "a.jpg")
    sandbox.examine(path, MediaType.JPEG, tmp_path)
    before = helper_pid(sandbox)
    os.kill(before, signal.SIGKILL)
    assert sandbox.examine(path, MediaType.JPEG, tmp_path).state == "ok"
    assert helper_pid(sandbox) != before


def test_a_helper_killed_while_it_works_is_asked_again(narrow, tmp_path):
    sandbox = narrow(wall_seconds=30)
    sandbox.examine(saved(scene(), tmp_path / "a.png"), MediaType.PNG, tmp_path)
    os.mkfifo(tmp_path / "slow.png")
    found = []
    asking = threading.Thread(
        target=lambda: found.append(sandbox.examine(tmp_path / "slow.png", MediaType.PNG, tmp_path))
    )
    asking.start()
    with (tmp_path / "slow.png").open("wb"):  # opens when the child has begun to read
        (tmp_path / "a.png").replace(tmp_path / "slow.png")
        os.kill(helper_pid(sandbox), signal.SIGKILL)
        asking.join(30)
    assert found[0].state == "ok"


PARENT = """
import sys
from pathlib import Path
from catalog.imaging.media import MediaType
from catalog.imaging.sandbox import Sandbox
folder = Path(sys.argv[1])
sandbox = Sandbox()
sandbox.examine(folder / "a.png", MediaType.PNG, folder)
print(sandbox._helper.pid, flush=True)
sandbox.examine(folder / "endless.png", MediaType.PNG, folder)
"""


def test_helper_and_child_end_with_a_killed_parent(tmp_path):
    saved(scene(), tmp_path / "a.png")
    os.mkfifo(tmp_path / "endless.png")
    with subprocess.Popen([sys.executable, "-c", PARENT, tmp_path], cwd=PROJECT, stdout=subprocess.PIPE) as parent:
        helper = int(parent.stdout.readline())
        with (tmp_path / "endless.png").open("wb"):  # opens when the child has begun to read
            child = int(Path(f"/proc/{helper}/task/{helper}/children").read_text())
            watched = [os.pidfd_open(pid) for pid in (helper, child)]
            parent.kill()
            ended = [bool(select.select([descriptor], [], [], 10)[0]) for descriptor in watched]
    for descriptor in watched:
        os.close(descriptor)
    assert ended == [True, True]


def test_a_child_dies_with_its_helper(narrow, tmp_path):
    sandbox = narrow()
    sandbox.examine(saved(scene(), tmp_path / "a.png"), MediaType.PNG, tmp_path)
    os.mkfifo(tmp_path / "slow.png")
    asking = threading.Thread(target=lambda: sandbox.examine(tmp_path / "slow.png", MediaType.PNG, tmp_path))
    asking.start()
    with (tmp_path / "slow.png").open("wb"):
        helper = helper_pid(sandbox)
        child = os.pidfd_open(int(Path(f"/proc/{helper}/task/{helper}/children").read_text()))
        (tmp_path / "a.png").replace(tmp_path / "slow.png")
        os.kill(helper, signal.SIGKILL)
        assert select.select([child], [], [], 10)[0]
        asking.join(30)
    os.close(child)


def test_a_daemonic_forked_worker_starts_its_own_helper(sandbox, tmp_path):
    path = saved(scene(), tmp_path / "a.jpg")
    sandbox.examine(path, MediaType.JPEG, tmp_path)
    ours = helper_pid(sandbox)
    answers = multiprocessing.get_context("fork").SimpleQueue()

    def work() -> None:
        state = sandbox.examine(path, MediaType.JPEG, tmp_path).state
        answers.put((state, helper_pid(sandbox)))
        sandbox.close()

    worker = multiprocessing.get_context("fork").Process(target=work, daemon=True)
    worker.start()
    state, theirs = answers.get()
    worker.join(30)
    assert (state, worker.exitcode) == ("ok", 0)
    assert theirs != ours
    assert sandbox.examine(path, MediaType.JPEG, tmp_path).state == "ok"
    assert helper_pid(sandbox) == ours


def test_a_closed_sandbox_can_be_used_again(narrow, tmp_path):
    sandbox, path = narrow(), saved(scene(), tmp_path / "a.jpg")
    sandbox.examine(path, MediaType.JPEG, tmp_path)
    sandbox.close()
    sandbox.close()
    assert sandbox.examine(path, MediaType.JPEG, tmp_path).state == "ok"


def test_the_helper_is_given_no_secrets(narrow, tmp_path, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "do not tell")
    sandbox = narrow()
    sandbox.examine(saved(scene(), tmp_path / "a.jpg"), MediaType.JPEG, tmp_path)
    environment = Path(f"/proc/{helper_pid(sandbox)}/environ").read_bytes()
    assert b"do not tell" not in environment


def test_a_fault_of_ours_is_not_blamed_on_the_file(sandbox, tmp_path):
    path = saved(scene(), tmp_path / "a.jpg")
    with pytest.raises(SandboxFailed, match="FileNotFoundError"):
        sandbox.examine(path, MediaType.JPEG, tmp_path / "no such folder")
