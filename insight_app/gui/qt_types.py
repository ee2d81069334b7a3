"""Types of Qt's own signatures, which its models, views and delegates must take over whole."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex

Index = QModelIndex | QPersistentModelIndex
