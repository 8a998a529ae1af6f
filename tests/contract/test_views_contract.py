"""engine.ports.people.views.Views, the same for every family."""

from __future__ import annotations

from engine.ports.people.views import SavedViews


def test_what_is_saved_comes_back_and_the_first_of_two_writers_counts(backend, workspace):
    views = backend.stores.views
    assert views.read(workspace) == SavedViews("", 0)
    assert views.write(workspace, '["ä"]', 0)
    assert not views.write(workspace, "late", 0)
    assert views.read(workspace) == SavedViews('["ä"]', 1)
    assert views.write(workspace, "two", 1)
    assert not views.write(workspace, "late", 1)
    assert not views.write(workspace, "ahead", 7)
    assert views.read(workspace) == SavedViews("two", 2)
    assert views.read(f"{workspace}-other") == SavedViews("", 0)
    assert not views.write(f"{workspace}-other", "ahead", 1)
