"""Edits of answers, so that they are about something else than what was asked, or do not say."""

SAYS_NOTHING = None


def says(items, *fields):
    """Edits answers: these fields of each item say something else, or nothing."""

    def edit(value, answer):
        found = answer if items is None else answer.get(items, [])
        for item in found if isinstance(found, list) else [found]:
            for field in fields:
                if value is SAYS_NOTHING:
                    item.pop(field, None)
                elif field in item:
                    item[field] = [value] if isinstance(item[field], list) else value

    return edit
