"""The tables, in the portable subset the directory uses: text, integers, booleans, bytes.

``sequence`` counts up in the order of creation; lists are read backwards along it.
:meth:`daypass.directory.database.Database.create_tables` makes them from ``metadata``.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite counts up by itself only in an INTEGER.
_SEQUENCE: Final = BigInteger().with_variant(Integer(), "sqlite")

products: Final = Table(
    "iot_products",
    metadata,
    Column("sequence", _SEQUENCE, primary_key=True),
    Column("key", String(16), nullable=False, unique=True),
    Column("account_id", String(16), nullable=False),
    Column("region", String(64), nullable=False),
    Column("name", String(64), nullable=False),
    Column("description", Text, nullable=False),
    Column("sealed_secret", LargeBinary, nullable=False),
    Column("node_type", Integer, nullable=False),
    Column("commodity_code", String(32), nullable=False),
    Column("auth_type", String(16), nullable=False),
    Column("id2", Boolean, nullable=False),
    Column("data_format", Integer),
    Column("net_type", String(16)),
    Column("protocol_type", String(32)),
    Column("category_key", String(128)),
    Column("validate_type", Integer),
    Column("resource_group_id", String(18)),
    # Counted here, so that neither a limit nor a list has to count rows.
    Column("device_count", Integer, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    UniqueConstraint("account_id", "name"),
    Index(None, "account_id", "sequence"),
    Index(None, "resource_group_id"),
    sqlite_autoincrement=True,
)

devices: Final = Table(
    "iot_devices",
    metadata,
    Column("sequence", _SEQUENCE, primary_key=True),
    Column("iot_id", String(40), nullable=False, unique=True),
    Column("account_id", String(16), nullable=False),
    Column("product_key", String(16), ForeignKey("iot_products.key"), nullable=False),
    Column("name", String(64), nullable=False),
    Column("nickname", String(64), nullable=False),
    Column("sealed_secret", LargeBinary, nullable=False),
    Column("status", String(8), nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    UniqueConstraint("product_key", "name"),
    Index(None, "product_key", "sequence"),
    Index(None, "product_key", "status", "sequence"),
    Index(None, "account_id", "status", "sequence"),
    sqlite_autoincrement=True,
)
