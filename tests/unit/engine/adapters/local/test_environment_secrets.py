import pytest

from engine.adapters.local.environment_secrets import EnvironmentSecrets
from engine.errors import InvalidDocument, Refused
from engine.ports.secrets import SecretGrant
from engine.settings import WIRING, Settings

ENVIRONMENT = {
    "AUTOMATE_STRIPE_KEY": "sk-1", "AUTOMATE_EMPTY": "", "AUTOMATE_": "x", "AUTOMATE_STAGE": "prod",
    "STRIPE_KEY": "not this one", "AUTOMATE_A_KEY": "a",
}


def test_a_key_reads_its_variable():
    assert EnvironmentSecrets(ENVIRONMENT).get("default", "STRIPE_KEY") == "sk-1"
    assert EnvironmentSecrets(ENVIRONMENT).get("another", "STRIPE_KEY", fresh=True) == "sk-1"


@pytest.mark.parametrize("key", ["MISSING", "EMPTY"])
def test_an_unset_or_empty_variable_is_no_secret(key):
    assert EnvironmentSecrets(ENVIRONMENT).get("default", key) is None


@pytest.mark.parametrize(
    "variable", sorted(name for name in Settings.environment_names() | WIRING if name.startswith("AUTOMATE_"))
)
def test_a_setting_is_never_read_as_a_secret(variable):
    with pytest.raises(Refused) as caught:
        EnvironmentSecrets({variable: "K=*/*@*"}).get("default", variable.removeprefix("AUTOMATE_"))
    assert variable in caught.value.message
    assert caught.value.advice


def test_the_list_has_keys_alone_and_no_settings():
    infos = EnvironmentSecrets(ENVIRONMENT).list("default")
    assert [(info.key, info.backend) for info in infos] == [("A_KEY", "environment"), ("STRIPE_KEY", "environment")]
    assert "sk-1" not in repr(infos)


def test_a_variable_whose_name_is_no_key_is_not_listed():
    assert EnvironmentSecrets({"AUTOMATE_a b": "v"}).list("default") == []


def test_a_key_that_can_be_none_is_refused():
    with pytest.raises(InvalidDocument):
        EnvironmentSecrets(ENVIRONMENT).get("default", "a b")


SET = {**ENVIRONMENT, "AUTOMATE_SECRET_GRANTS": "STRIPE_KEY=orders/http@api.example, STRIPE_KEY=*/slack@*"}


def test_a_setting_says_who_may_use_them_and_without_it_everybody_may():
    assert EnvironmentSecrets(ENVIRONMENT).grants("default", "STRIPE_KEY") is None
    named = EnvironmentSecrets(SET)
    grants = (SecretGrant("orders", "http", "api.example"), SecretGrant("*", "slack"))
    assert named.grants("team", "STRIPE_KEY") == grants
    assert named.grants("default", "A_KEY") == ()
    assert {info.key: info.grants for info in named.list("default")}["A_KEY"] == ()


@pytest.mark.parametrize("text", ["STRIPE_KEY", "STRIPE_KEY=orders", "=orders/http@*", "K=a b/http@*", "K=a/b@c@d"])
def test_an_entry_that_is_no_grant_is_refused_by_name(text):
    with pytest.raises(InvalidDocument) as caught:
        EnvironmentSecrets({"AUTOMATE_SECRET_GRANTS": f"OK=*/*@*,{text}"})
    assert (caught.value.where, repr(text) in caught.value.message) == ("AUTOMATE_SECRET_GRANTS", True)
