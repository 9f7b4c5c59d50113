"""A fork in the middle of answers: the child may leave, exec, or begin anew, and the parent
does not notice.
"""

import harness
from lifecycle_harness import LifecycleTest


class ForkTest(LifecycleTest):
    # D17
    def test_what_a_child_may_do(self):
        for what in ("exit", "destroy and exit", "exec", "own"):
            with self.subTest(what=what):
                self.speaker.opened = False
                self.live("fork-live", what)


if __name__ == "__main__":
    harness.main()
