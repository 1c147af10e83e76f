"""Discovery payloads against Home Assistant's own schemas and templates.
stdin: [{"component", "config", "state": {topic: payload}}]; stdout: per entry {"error"} or {"dropped": keys, "value": rendered}."""
import importlib
import json
import sys

from homeassistant.helpers.template import TemplateEnvironment


def render(template: str | None, payload: str) -> str:
    if template is None:
        return payload
    try:
        value_json = json.loads(payload)
    except ValueError:
        value_json = None
    environment = TemplateEnvironment(None, False, False, None)
    return environment.from_string(template).render(value=payload, value_json=value_json)


def check(entry: dict) -> dict:
    module = importlib.import_module(f"homeassistant.components.mqtt.{entry['component']}")
    config = entry["config"]
    try:
        kept = module.DISCOVERY_SCHEMA(dict(config))
    except Exception as error:  # voluptuous.Invalid says what and where
        return {"error": str(error)}
    state = entry["state"]
    available = [
        render(one.get("value_template"), state[one["topic"]]) == "online" for one in config.get("availability", [])
    ]
    topic = config.get("state_topic")
    value = render(config.get("value_template"), state[topic]) if topic else None
    return {"dropped": sorted(set(config) - set(map(str, kept))), "available": all(available), "value": value}


json.dump([check(entry) for entry in json.load(sys.stdin)], sys.stdout)
