"""To load the plugin and ask for the status takes no connection, and leaves no thread."""

import harness
import start_cost
from harness import SignedInTest


class StartTest(SignedInTest):
    def test_status_with_a_sealed_credential(self):
        cost = start_cost.of_plugin(self.stage)
        self.assertGreater(cost["threads"], 0, "nothing was there that could be left")

    def test_the_libraries_alone(self):
        self.assertGreater(start_cost.of_libraries()["libraries"], 0)


if __name__ == "__main__":
    harness.main()
