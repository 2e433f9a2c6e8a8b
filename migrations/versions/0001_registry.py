"""The first registry: clinics, staff, children, guardians, doses, cards, due rows, messages, audit.

Doses and audit entries are facts: triggers refuse to change or delete one, in either database.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_FACTS = {"doses": "a dose is corrected by a new row", "audit_entries": "an audit entry stands for good"}

# INSERT OR REPLACE takes a row out without a DELETE: it is refused where the key is taken.
_KEYS = {"doses": "id = NEW.id", "audit_entries": "chain = NEW.chain AND number = NEW.number"}


def upgrade() -> None:
    op.create_table(
        "audit_heads",
        sa.Column("chain", sa.String(length=60), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("mac", sa.LargeBinary(length=32), nullable=False),
        sa.Column("seal", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("chain", name=op.f("pk_audit_heads")),
    )
    op.create_index("ix_audit_heads_clinic_id_day", "audit_heads", ["clinic_id", "day"], unique=False)
    op.create_table(
        "clinics",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_key", sa.String(length=200), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("address", sa.String(length=300), nullable=True),
        sa.Column("time_zone", sa.String(length=60), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("region", sa.String(length=2), nullable=False),
        sa.Column("schedule", sa.String(length=20), nullable=False),
        sa.Column("imported_on", sa.Date(), nullable=True),
        sa.Column("backlog_released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clinics")),
        sa.UniqueConstraint("code", name=op.f("uq_clinics_code")),
        sa.UniqueConstraint("name_key", name=op.f("uq_clinics_name_key")),
    )
    op.create_table(
        "edition_signatures",
        sa.Column("schedule", sa.String(length=20), nullable=False),
        sa.Column("edition", sa.String(length=60), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("signed_by", sa.String(length=100), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("schedule", "edition", "digest", name=op.f("pk_edition_signatures")),
    )
    op.create_table(
        "guardians",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_key", sa.LargeBinary(), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("phone_key", sa.LargeBinary(length=16), nullable=True),
        sa.Column("phone_can_be_texted", sa.Boolean(), nullable=False),
        sa.Column("address_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("language", sa.String(length=10), nullable=True),
        sa.Column("agrees_to_texts", sa.Boolean(), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guardians")),
    )
    op.create_index("ix_guardians_phone_key", "guardians", ["phone_key"], unique=False)
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(length=32), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_api_keys_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_api_keys_fingerprint")),
    )
    op.create_table(
        "children",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("person_key", sa.LargeBinary(), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("display_name_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("display_name_confirmed", sa.Boolean(), nullable=False),
        sa.Column("born_on", sa.Date(), nullable=False),
        sa.Column("sex", sa.String(length=10), nullable=False),
        sa.Column("sign", sa.String(length=20), nullable=False),
        sa.Column("residence", sa.String(length=20), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("is_sensitive", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("dose_count", sa.Integer(), nullable=False),
        sa.Column("dose_head", sa.LargeBinary(length=32), nullable=False),
        sa.Column("record_seal", sa.LargeBinary(length=32), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("assessed_on", sa.Date(), nullable=True),
        sa.Column("assessed_edition", sa.String(length=40), nullable=True),
        sa.Column("assessed_engine", sa.String(length=40), nullable=True),
        sa.Column("assessed_version", sa.Integer(), nullable=True),
        sa.Column("assessed_holds_until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_children_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_children")),
    )
    op.create_index("ix_children_assessed_holds_until", "children", ["assessed_holds_until"], unique=False)
    op.create_index(op.f("ix_children_born_on"), "children", ["born_on"], unique=False)
    op.create_index(op.f("ix_children_clinic_id"), "children", ["clinic_id"], unique=False)
    op.create_table(
        "clinic_closures",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_clinic_closures_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", "closed_on", name=op.f("pk_clinic_closures")),
    )
    op.create_table(
        "clinic_sessions",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("opens", sa.Time(), nullable=False),
        sa.Column("closes", sa.Time(), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_clinic_sessions_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", "weekday", "opens", name=op.f("pk_clinic_sessions")),
    )
    op.create_table(
        "import_batches",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=True),
        sa.Column("file_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_by", sa.String(length=60), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_import_batches_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_batches")),
    )
    op.create_table(
        "messages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("guardian_id", sa.Uuid(), nullable=False),
        sa.Column("family_key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("one_a_day", sa.Boolean(), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("send_on", sa.Date(), nullable=False),
        sa.Column("visit_on", sa.Date(), nullable=False),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=True),
        sa.Column("provider_id", sa.String(length=80), nullable=True),
        sa.Column("failure", sa.String(length=60), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_messages_clinic_id")),
        sa.ForeignKeyConstraint(["guardian_id"], ["guardians.id"], name=op.f("fk_messages_guardian_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
    )
    op.create_index("ix_messages_state_send_on", "messages", ["state", "send_on"], unique=False)
    op.create_index(
        "uq_messages_family_key_send_on",
        "messages",
        ["family_key", "send_on"],
        unique=True,
        sqlite_where=sa.text("one_a_day AND state IN ('planned', 'sending', 'sent', 'unknown', 'delivered')"),
        postgresql_where=sa.text("one_a_day AND state IN ('planned', 'sending', 'sent', 'unknown', 'delivered')"),
    )
    op.create_table(
        "staff",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("login", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("role", sa.String(length=30), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("session_number", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_staff_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("login", name=op.f("uq_staff_login")),
    )
    op.create_index(op.f("ix_staff_clinic_id"), "staff", ["clinic_id"], unique=False)
    op.create_table(
        "audit_entries",
        sa.Column("chain", sa.String(length=60), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=60), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=True),
        sa.Column("subjects", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("previous_mac", sa.LargeBinary(length=32), nullable=False),
        sa.Column("mac", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(["child_id"], ["children.id"], name=op.f("fk_audit_entries_child_id")),
        sa.PrimaryKeyConstraint("chain", "number", name=op.f("pk_audit_entries")),
    )
    op.create_index("ix_audit_entries_child_id", "audit_entries", ["child_id"], unique=False)
    op.create_table(
        "cards",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=True),
        sa.Column("bracket", sa.Integer(), nullable=False),
        sa.Column("issue", sa.Integer(), nullable=False),
        sa.Column("key_number", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("short_code_key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("short_code_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.String(length=60), nullable=True),
        sa.Column("closed_reason", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["child_id"], ["children.id"], name=op.f("fk_cards_child_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cards")),
        sa.UniqueConstraint("short_code_key", name=op.f("uq_cards_short_code_key")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_cards_token_hash")),
    )
    op.create_index("ix_cards_child_id", "cards", ["child_id"], unique=False)
    op.create_table(
        "child_identifiers",
        sa.Column("system", sa.String(length=40), nullable=False),
        sa.Column("value_key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("value_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["child_id"], ["children.id"], name=op.f("fk_child_identifiers_child_id")),
        sa.PrimaryKeyConstraint("system", "value_key", name=op.f("pk_child_identifiers")),
    )
    op.create_index("ix_child_identifiers_child_id", "child_identifiers", ["child_id"], unique=False)
    op.create_table(
        "decisions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("vaccine_group", sa.String(length=20), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=True),
        sa.Column("decision", sa.String(length=20), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("decided_by", sa.String(length=60), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["child_id"], ["children.id"], name=op.f("fk_decisions_child_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
    )
    op.create_index("ix_decisions_child_id", "decisions", ["child_id"], unique=False)
    op.create_table(
        "doses",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("supersedes_id", sa.Uuid(), nullable=True),
        sa.Column("vaccine", sa.String(length=30), nullable=False),
        sa.Column("product_name", sa.String(length=120), nullable=True),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("stated_number", sa.Integer(), nullable=True),
        sa.Column("lot_number", sa.String(length=40), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("manufacturer", sa.String(length=120), nullable=True),
        sa.Column("trace_code", sa.String(length=80), nullable=True),
        sa.Column("site", sa.String(length=40), nullable=True),
        sa.Column("route", sa.String(length=40), nullable=True),
        sa.Column("clinic_id", sa.Uuid(), nullable=True),
        sa.Column("place", sa.String(length=200), nullable=True),
        sa.Column("performer", sa.String(length=100), nullable=True),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("incidents", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=True),
        sa.Column("recorded_by", sa.String(length=60), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("mac", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(["child_id"], ["children.id"], name=op.f("fk_doses_child_id")),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_doses_clinic_id")),
        sa.ForeignKeyConstraint(["supersedes_id"], ["doses.id"], name=op.f("fk_doses_supersedes_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_doses")),
        sa.UniqueConstraint("supersedes_id", name=op.f("uq_doses_supersedes_id")),
    )
    op.create_index("ix_doses_child_id", "doses", ["child_id"], unique=False)
    op.create_index("ix_doses_clinic_id_given_on", "doses", ["clinic_id", "given_on"], unique=False)
    op.create_table(
        "due_rows",
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("vaccine_group", sa.String(length=20), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("is_optional", sa.Boolean(), nullable=False),
        sa.Column("is_due", sa.Boolean(), nullable=False),
        sa.Column("dose_number", sa.Integer(), nullable=True),
        sa.Column("vaccines", sa.JSON(), nullable=False),
        sa.Column("earliest", sa.Date(), nullable=True),
        sa.Column("recommended", sa.Date(), nullable=True),
        sa.Column("past_due", sa.Date(), nullable=True),
        sa.Column("latest", sa.Date(), nullable=True),
        sa.Column("needs", sa.String(length=40), nullable=True),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("edition", sa.String(length=40), nullable=False),
        sa.Column("engine", sa.String(length=40), nullable=False),
        sa.Column("record_version", sa.Integer(), nullable=False),
        sa.Column("holds_until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["child_id"], ["children.id"], name=op.f("fk_due_rows_child_id")),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_due_rows_clinic_id")),
        sa.PrimaryKeyConstraint("child_id", "vaccine_group", name=op.f("pk_due_rows")),
    )
    op.create_index("ix_due_rows_clinic_id_recommended", "due_rows", ["clinic_id", "recommended"], unique=False)
    op.create_index(op.f("ix_due_rows_holds_until"), "due_rows", ["holds_until"], unique=False)
    op.create_table(
        "guardianships",
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("guardian_id", sa.Uuid(), nullable=False),
        sa.Column("relation", sa.String(length=40), nullable=True),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["child_id"], ["children.id"], name=op.f("fk_guardianships_child_id")),
        sa.ForeignKeyConstraint(["guardian_id"], ["guardians.id"], name=op.f("fk_guardianships_guardian_id")),
        sa.PrimaryKeyConstraint("child_id", "guardian_id", name=op.f("pk_guardianships")),
    )
    op.create_index("ix_guardianships_guardian_id", "guardianships", ["guardian_id"], unique=False)
    op.create_table(
        "message_children",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("groups", sa.JSON(), nullable=False),
        sa.Column("called_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["child_id"], ["children.id"], name=op.f("fk_message_children_child_id")),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_message_children_message_id")),
        sa.PrimaryKeyConstraint("message_id", "child_id", name=op.f("pk_message_children")),
    )
    op.create_index("ix_message_children_child_id", "message_children", ["child_id"], unique=False)
    op.create_table(
        "next_visits",
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("visit_on", sa.Date(), nullable=False),
        sa.Column("planned_on", sa.Date(), nullable=False),
        sa.Column("groups", sa.JSON(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["child_id"], ["children.id"], name=op.f("fk_next_visits_child_id")),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_next_visits_clinic_id")),
        sa.PrimaryKeyConstraint("child_id", name=op.f("pk_next_visits")),
    )
    op.create_index("ix_next_visits_clinic_id_visit_on", "next_visits", ["clinic_id", "visit_on"], unique=False)
    op.create_table(
        "observations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("observed_on", sa.Date(), nullable=True),
        sa.Column("value_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("recorded_by", sa.String(length=60), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["child_id"], ["children.id"], name=op.f("fk_observations_child_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_observations")),
    )
    op.create_index("ix_observations_child_id", "observations", ["child_id"], unique=False)
    op.create_table(
        "review_items",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("sheet", sa.String(length=60), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("values_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.String(length=60), nullable=True),
        sa.Column("outcome", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["import_batches.id"], name=op.f("fk_review_items_batch_id")),
        sa.ForeignKeyConstraint(["child_id"], ["children.id"], name=op.f("fk_review_items_child_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_items")),
    )
    op.create_index("ix_review_items_child_id", "review_items", ["child_id"], unique=False)
    op.create_table(
        "search_keys",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["child_id"], ["children.id"], name=op.f("fk_search_keys_child_id")),
        sa.PrimaryKeyConstraint("kind", "key", "child_id", name=op.f("pk_search_keys")),
    )
    op.create_index("ix_search_keys_child_id", "search_keys", ["child_id"], unique=False)
    op.create_table(
        "evaluations",
        sa.Column("dose_id", sa.Uuid(), nullable=False),
        sa.Column("vaccine_group", sa.String(length=20), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=True),
        sa.Column("dose_number", sa.Integer(), nullable=True),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["child_id"], ["children.id"], name=op.f("fk_evaluations_child_id")),
        sa.ForeignKeyConstraint(["dose_id"], ["doses.id"], name=op.f("fk_evaluations_dose_id")),
        sa.PrimaryKeyConstraint("dose_id", "vaccine_group", name=op.f("pk_evaluations")),
    )
    op.create_index("ix_evaluations_child_id", "evaluations", ["child_id"], unique=False)

    _refuse_changes()


def _refuse_changes() -> None:
    """Facts are only added: UPDATE and DELETE on them fail whoever asks."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION vaxcard_refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'rows of % are only added', TG_TABLE_NAME; END $$"
        )
    for table, why in _FACTS.items():
        if op.get_bind().dialect.name == "postgresql":
            op.execute(
                f"CREATE TRIGGER {table}_only_added BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION vaxcard_refuse_change()"
            )
            continue
        op.execute(
            f"CREATE TRIGGER {table}_refuse_replace BEFORE INSERT ON {table} WHEN EXISTS "
            f"(SELECT 1 FROM {table} WHERE {_KEYS[table]}) BEGIN SELECT RAISE(ABORT, '{why}'); END"
        )
        for verb in ("UPDATE", "DELETE"):
            op.execute(f"CREATE TRIGGER {table}_refuse_{verb.lower()} BEFORE {verb} ON {table} BEGIN SELECT RAISE(ABORT, '{why}'); END")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table in _FACTS:
            op.execute(f"DROP TRIGGER {table}_only_added ON {table}")
        op.execute("DROP FUNCTION vaxcard_refuse_change()")
    op.drop_index("ix_evaluations_child_id", table_name="evaluations")
    op.drop_table("evaluations")
    op.drop_index("ix_search_keys_child_id", table_name="search_keys")
    op.drop_table("search_keys")
    op.drop_index("ix_review_items_child_id", table_name="review_items")
    op.drop_table("review_items")
    op.drop_index("ix_observations_child_id", table_name="observations")
    op.drop_table("observations")
    op.drop_index("ix_next_visits_clinic_id_visit_on", table_name="next_visits")
    op.drop_table("next_visits")
    op.drop_index("ix_message_children_child_id", table_name="message_children")
    op.drop_table("message_children")
    op.drop_index("ix_guardianships_guardian_id", table_name="guardianships")
    op.drop_table("guardianships")
    op.drop_index(op.f("ix_due_rows_holds_until"), table_name="due_rows")
    op.drop_index("ix_due_rows_clinic_id_recommended", table_name="due_rows")
    op.drop_table("due_rows")
    op.drop_index("ix_doses_clinic_id_given_on", table_name="doses")
    op.drop_index("ix_doses_child_id", table_name="doses")
    op.drop_table("doses")
    op.drop_index("ix_decisions_child_id", table_name="decisions")
    op.drop_table("decisions")
    op.drop_index("ix_child_identifiers_child_id", table_name="child_identifiers")
    op.drop_table("child_identifiers")
    op.drop_index("ix_cards_child_id", table_name="cards")
    op.drop_table("cards")
    op.drop_index("ix_audit_entries_child_id", table_name="audit_entries")
    op.drop_table("audit_entries")
    op.drop_index(op.f("ix_staff_clinic_id"), table_name="staff")
    op.drop_table("staff")
    op.drop_index(
        "uq_messages_family_key_send_on",
        table_name="messages",
        sqlite_where=sa.text("one_a_day AND state IN ('planned', 'sending', 'sent', 'unknown', 'delivered')"),
        postgresql_where=sa.text("one_a_day AND state IN ('planned', 'sending', 'sent', 'unknown', 'delivered')"),
    )
    op.drop_index("ix_messages_state_send_on", table_name="messages")
    op.drop_table("messages")
    op.drop_table("import_batches")
    op.drop_table("clinic_sessions")
    op.drop_table("clinic_closures")
    op.drop_index(op.f("ix_children_clinic_id"), table_name="children")
    op.drop_index(op.f("ix_children_born_on"), table_name="children")
    op.drop_index("ix_children_assessed_holds_until", table_name="children")
    op.drop_table("children")
    op.drop_table("api_keys")
    op.drop_index("ix_guardians_phone_key", table_name="guardians")
    op.drop_table("guardians")
    op.drop_table("edition_signatures")
    op.drop_table("clinics")
    op.drop_index("ix_audit_heads_clinic_id_day", table_name="audit_heads")
    op.drop_table("audit_heads")
