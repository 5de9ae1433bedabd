"""Parts of templates that are rendered once and kept: what every page says alike.

The shell of a page, its head, navigation and footer, took the template engine longer than fifty rows of a timeline.
"""

from collections.abc import Hashable, Mapping

from django.template import TemplateSyntaxError
from django.template.base import FilterExpression, Node, NodeList
from django.template.context import Context
from django.template.loader_tags import BlockNode
from django.urls import get_script_prefix, get_urlconf
from django.utils.safestring import SafeString
from django.utils.translation import get_language

MOST_KEPT = 256


class KeptNode(Node):
    """Renders its content once for each language, address prefix and combination of the values it names.

    The content sees those values and nothing else of the page: so nothing about a person is kept by mistake, and a
    name that was forgotten shows at once as a gap. Raises TemplateSyntaxError for a block inside, because another
    template may fill it.
    """

    def __init__(self, content: NodeList, values: Mapping[str, FilterExpression]) -> None:
        if content.get_nodes_by_type(BlockNode):
            raise TemplateSyntaxError("A block can't stand within keep: what fills it may differ from page to page.")
        self.nodelist, self._values = content, values
        self._kept: dict[tuple[Hashable, ...], SafeString] = {}

    def render(self, context: Context) -> SafeString:
        values = {name: value.resolve(context) for name, value in self._values.items()}
        key = (get_language(), get_urlconf(), get_script_prefix(), *values.values())
        if (kept := self._kept.get(key)) is None:
            kept = self._keep(key, self.nodelist.render(context.new(values)))
        return kept

    def _keep(self, key: tuple[Hashable, ...], rendered: SafeString) -> SafeString:
        if len(self._kept) >= MOST_KEPT:
            self._kept.clear()
        self._kept[key] = rendered
        return rendered
