"""How people sign in beside a password: Cognito's sign-in page, the identity providers behind it, and the public app
clients that come there by authorization code and PKCE.

    sign_in_domain ──► the page at PREFIX.auth.REGION.amazoncognito.com
    oidc_…, saml_… ──► its buttons; who comes in so is a user of the pool from the first sign-in on, in no group of the
                       stage: without a role
    app clients    ──► the command line's (api stack, loopback) and the Studio's (studio stack, its own address)

Nothing here replaces the pool: it, its schema and its sign-in names are never touched, and a client changes in place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from aws_cdk import Duration, SecretValue, aws_cognito
from constructs import Construct, IDependable

from engine.errors import InvalidDocument
from functions.tunables import Tunables

TOKEN_MINUTES = 15
"""For so long an ID token is good, and so for so long a role that was taken away counts: the groups are in the token.
Who is signed in gets the next one unasked."""

HARMLESS = {"locale": True}
"""What a token of the clients may write of its own user: nothing here reads it. (An empty list would mean every
standard attribute.)"""

MFA = {
    "off": aws_cognito.Mfa.OFF, "optional": aws_cognito.Mfa.OPTIONAL, "required": aws_cognito.Mfa.REQUIRED,
}
"""By the setting `mfa`."""

_METADATA_BYTES = 500_000
"""A template takes 1 MB."""


@dataclass(frozen=True, slots=True)
class SignInPage:
    """What the clients need of it. `made`: what has to be there before them."""

    domain: str
    providers: tuple[str, ...]
    made: tuple[IDependable, ...]


def make_page(scope: Construct, users: aws_cognito.IUserPool, tunables: Tunables, region: str) -> SignInPage | None:
    """The page and its providers; None where the stage has none."""
    if not tunables.sign_in_domain:
        return None
    aws_cognito.UserPoolDomain(
        scope, "SignIn", user_pool=users,
        cognito_domain=aws_cognito.CognitoDomainOptions(domain_prefix=tunables.sign_in_domain),
    )
    named: list[str] = []
    made: list[IDependable] = []
    if tunables.oidc_issuer:
        named.append(tunables.oidc_name)
        made.append(_oidc(scope, users, tunables))
    if tunables.saml_metadata:
        named.append(tunables.saml_name)
        made.append(_saml(scope, users, tunables))
    return SignInPage(f"{tunables.sign_in_domain}.auth.{region}.amazoncognito.com", tuple(named), tuple(made))


def make_client(
    make: Callable[..., aws_cognito.UserPoolClient], page: SignInPage | None, *, callbacks: Sequence[str],
    logouts: Sequence[str] = (), pool_is_ours: bool,
) -> aws_cognito.UserPoolClient:
    """A public client, which has no secret: password over TLS, and with a `page` authorization code too (Cognito checks
    PKCE where a request has a challenge; both of ours send one). `make` takes the client's properties.

    The access token of a sign-in with a password may change the attributes of its user that the client may write: the
    mail address is none of them. But where there are identity providers, Cognito writes what they say with the
    client's right; and a pool of before may require attributes, which each client has to be able to write. In both, an
    address counts for nothing until it is verified (functions.app.identity)."""
    providers = page.providers if page else ()
    writes = aws_cognito.ClientAttributes().with_standard_attributes(
        **HARMLESS, email=True if providers else None,
    )
    client = make(
        auth_flows=aws_cognito.AuthFlow(user_password=True, user_srp=True),
        prevent_user_existence_errors=True,
        access_token_validity=Duration.minutes(TOKEN_MINUTES),
        id_token_validity=Duration.minutes(TOKEN_MINUTES),
        refresh_token_validity=Duration.days(7),
        enable_token_revocation=True,
        write_attributes=writes if pool_is_ours else None,
        disable_o_auth=page is None,
        o_auth=None if page is None else aws_cognito.OAuthSettings(
            flows=aws_cognito.OAuthFlows(authorization_code_grant=True),
            # Not aws.cognito.signin.user.admin: such tokens could change what the provider says of somebody.
            scopes=[aws_cognito.OAuthScope.OPENID, aws_cognito.OAuthScope.EMAIL],
            callback_urls=list(callbacks), logout_urls=list(logouts) or None,
        ),
        supported_identity_providers=None if page is None else [
            aws_cognito.UserPoolClientIdentityProvider.COGNITO,
            *(aws_cognito.UserPoolClientIdentityProvider.custom(name) for name in providers),
        ],
    )
    for provider in page.made if page else ():
        client.node.add_dependency(provider)
    return client


def _oidc(scope: Construct, users: aws_cognito.IUserPool, tunables: Tunables) -> IDependable:
    return aws_cognito.UserPoolIdentityProviderOidc(
        scope, "Oidc", user_pool=users, name=tunables.oidc_name, issuer_url=tunables.oidc_issuer,
        client_id=tunables.oidc_client_id, scopes=tunables.oidc_scopes.split(),
        # A dynamic reference: CloudFormation reads it, and no template has it.
        client_secret=SecretValue.secrets_manager(tunables.oidc_secret).unsafe_unwrap(),
        attribute_mapping=aws_cognito.AttributeMapping(email=aws_cognito.ProviderAttribute.other("email")),
    )


def _saml(scope: Construct, users: aws_cognito.IUserPool, tunables: Tunables) -> IDependable:
    given = tunables.saml_metadata
    metadata = aws_cognito.UserPoolIdentityProviderSamlMetadata
    return aws_cognito.UserPoolIdentityProviderSaml(
        scope, "Saml", user_pool=users, name=tunables.saml_name,
        metadata=metadata.url(given) if given.startswith("https://") else metadata.file(_metadata(given)),
        attribute_mapping=aws_cognito.AttributeMapping(email=aws_cognito.ProviderAttribute.other(tunables.saml_email)),
    )


def _metadata(name: str) -> str:
    """A file of SAML metadata. Raises InvalidDocument for one that is not there, or is none."""
    try:
        text = Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        raise _unfit(f"{name} cannot be read: {why}") from None
    if "EntityDescriptor" not in text or len(text.encode()) > _METADATA_BYTES:
        raise _unfit(f"{name} is no SAML metadata of at most {_METADATA_BYTES // 1000} KB")
    return text


def _unfit(message: str) -> InvalidDocument:
    return InvalidDocument(
        message, where="-c saml_metadata=…",
        advice="Give the address of the provider's metadata (https://…), or a file with it, beside cdk.json.",
    )
