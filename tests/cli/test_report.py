"""`insight-app report` and `findings`: an audit from the first finding to the signed file."""

from pathlib import Path

from insight_app.cli.terminal import Exit
from tests.cli.conftest import Shell
from tests.cli.test_judging import bytes_of


def test_an_audit_from_the_first_finding_to_the_signature(
    project: Path, shell: Shell, tmp_path: Path
) -> None:
    assert "does not mean that anything was verified" in shell.do("findings", project)
    pinned = ("--pin", "Boats are told by the water", "--concept", "boat", "--critical")
    [made] = shell.json("findings", project, *pinned, "--person", "Ada")["findings"]
    assert made["critical"] and made["status"] == "open" and made["concepts"]
    told = shell.do("findings", project)
    assert "open, critical: Boats are told by the water" in told and made["id"][:8] in told

    file = tmp_path / "audit.html"
    assert shell.do("report", project, "-o", file).strip() == str(file)
    assert "something here already" in shell.refused("report", project, "-o", file)
    said = shell.refused("report", project, "--sign", file, "--person", "Ada")
    assert "1 critical finding is open" in said
    shell.do("findings", project, made["id"][:6], "--close", "Ten more photos", "--person", "Ben")
    assert "Ten more photos" in shell.do("findings", project)
    ranks = {"Late": 1, "Worst": 0, "Boats": 2}
    shell.do("findings", project, "--pin", "Late", "--person", "Ada")
    shell.do("findings", project, "--pin", "Worst", "--critical", "--person", "Ada")
    listed = shell.json("findings", project)["findings"]
    # Open ones first, and of these the critical one.
    assert [ranks[one["what"].split()[0]] for one in listed] == [0, 1, 2]
    shell.do("findings", project, listed[0]["id"], "--remove", "--person", "Ada")

    shell.do("report", project, "-o", file, "--force")
    assert shell("report", project, "--check", file)[0] == Exit.ERROR
    assert "Ada signed exactly this file" in shell.do(
        "report", project, "--sign", file, "--statement", "I was there.", "--person", "Ada"
    )
    assert shell.json("report", project, "--check", file)["is_signed"]
    file.write_bytes(file.read_bytes().replace(b"Ten more", b"Two more"))
    code, told, _ = shell("report", project, "--check", file)
    assert code == Exit.ERROR and "NOT the file that was signed" in told


def test_a_report_as_json_and_what_is_refused(project: Path, shell: Shell) -> None:
    before = bytes_of(project)
    found = shell.json("report", project)
    assert [one["id"] for one in found["sections"]][:3] == ["in-short", "findings", "doubts"]
    assert "no such finding" in shell.refused("findings", project, "abcd", "--reopen")
    assert shell("report", project)[0] == shell("findings", project, "--reopen")[0] != Exit.OK
    shell.do("findings", project, "--pin", "x", "--dry-run")
    assert bytes_of(project) == before
