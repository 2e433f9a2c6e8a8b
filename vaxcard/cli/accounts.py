"""`vaxcard staff list|password|keys|revoke`: who can sign in and which programs may ask, for whoever runs the server.

The clinic's manager does the same at the desk; this is the way in when no manager can sign in any more.
"""

from __future__ import annotations

from uuid import UUID

import click

from vaxcard.cli.opening import open_house
from vaxcard.cli.roster import staff
from vaxcard.errors import NotFound
from vaxcard.keyring import random_text
from vaxcard.records.clinics import ApiKeyRecord, all_clinics, staff_by_login
from vaxcard.records.staff import colleagues_of, keys_of, reset_password, revoke_key

__all__ = ["staff"]


@staff.command("list")
def list_staff() -> None:
    """List who can sign in, by clinic: sign-in name, role, name."""
    with open_house() as house, house.database.reading() as session:
        for clinic in all_clinics(session):
            for one in colleagues_of(session, clinic.id):
                state = "" if one.is_active else "  (may not sign in)"
                click.echo(f"{clinic.name}: {one.login}  {one.role}  {one.name}{state}")


@staff.command("password")
@click.argument("login")
def password(login: str) -> None:
    """Give LOGIN a new password, printed once; another is chosen at the first sign-in, and the phone's code is forgotten."""
    fresh = random_text(12)
    with open_house() as house, house.database.writing() as session:
        one = staff_by_login(session, login)
        if one is None:
            raise NotFound("nobody signs in under this name", place=login, advice="see `vaxcard staff list`")
        reset_password(house.acting(session, clinic_id=one.clinic_id), one.id, fresh)
    click.echo(f"sign-in: {login} {fresh}")


@staff.command("keys")
def list_keys() -> None:
    """List the keys of programs, by clinic: id, scopes, name."""
    with open_house() as house, house.database.reading() as session:
        for clinic in all_clinics(session):
            for key in keys_of(session, clinic.id):
                state = f"  (revoked {key.revoked_at.date().isoformat()})" if key.revoked_at else ""
                click.echo(f"{clinic.name}: {key.id}  {','.join(key.scopes)}  {key.name}{state}")


@staff.command("revoke")
@click.argument("key_id", type=click.UUID)
def revoke(key_id: UUID) -> None:
    """Take the key with this id (see `vaxcard staff keys`) out of force for good."""
    with open_house() as house, house.database.writing() as session:
        key = session.get(ApiKeyRecord, key_id)
        revoke_key(house.acting(session, clinic_id=key.clinic_id if key else None), key_id)
    click.echo("revoked")
