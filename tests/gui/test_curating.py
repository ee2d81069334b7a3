"""A sitting by keys alone: judged, merged, grouped, split; undone, left, opened, done again."""

from insight_app.project.check import check
from tests.curating.curator import Curator
from tests.curating.sitting import build, judge_concepts, judge_relations
from tests.long_day.watch import Watch


def test_a_sitting_is_undone_left_opened_and_done_again(qtbot, home, project_dir) -> None:
    watch = Watch()
    with watch.on():
        by = Curator(project_dir)
        before = by.look("before anything")
        judge_concepts(by, 20)
        judge_relations(by, placed=2, carded=1, most=11)
        build(by, merges=1, groups=1, splits=1, apart=1)
        done = by.look("after all of it")
        by.undo_all()
        by.same(by.look("when all is undone"), before, "when all is undone")
        by.restart()
        by.same(by.look("opened again"), before, "opened again")
        by.redo_all()
        by.same(by.look("when all is done again"), done, "when all is done again")
        by.close()
    assert not watch.take()
    assert not check(project_dir)
